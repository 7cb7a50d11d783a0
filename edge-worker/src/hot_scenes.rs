//! `/hot-scenes`: the scenes that players are in, with what the content server knows of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use archipelago_core::cache::Cache;
use archipelago_core::config::Config;
use archipelago_core::protocol::Upstream;
use archipelago_core::protocol::limits::{
    SCENE_REQUESTS_AT_ONCE, SCENES_ANSWER_MAX_BYTES, SCENES_MAX_MS, SCENES_WAIT_MAX_MS,
};
use archipelago_core::scenes::{ACTIVE_ENTITIES_PATH, Crowd, Ranking, SCENES_CACHE, read_scenes};
use archipelago_core::view::HotScene;
use futures_util::{StreamExt as _, stream};
use worker::{Context, Delay, Env, Request, Response};

use crate::clock::{MOMENT, now_ms, within};
use crate::http::{self, HttpError, TaggedJson};
use crate::upstream::{self, UpstreamError, untold};
use crate::{log, stats};

thread_local! {
    /// By the realm's name: as many as are configured.
    static ANSWERS: RefCell<BTreeMap<String, Cache<Rc<TaggedJson>>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Why the scenes could not be worked out.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Realm(HttpError),
    #[error("content server: {0}")]
    Content(#[from] UpstreamError),
    #[error("{0}")]
    Platform(#[from] worker::Error),
}

/// `GET /hot-scenes`
pub async fn hot_scenes(
    request: &Request,
    env: &Env,
    config: &Rc<Config>,
    context: &Context,
) -> Result<Response, HttpError> {
    let shown = on_cache(config, |cache, now| {
        cache.newest(now).filter(|_| !cache.is_due(now))
    });
    let answer = match shown {
        Some(answer) => answer,
        None => look(env, config, context).await?,
    };
    Ok(http::tagged(request, &answer)?)
}

/// The answer where there is none, or an outdated one. Of those who want it one has the next one worked out, beside its own
/// request, whose client may go. Nobody waits for that who can be shown the one before: that the players are somewhere else
/// now is no reason to; that they are gone is seen at once.
async fn look(
    env: &Env,
    config: &Rc<Config>,
    context: &Context,
) -> Result<Rc<TaggedJson>, HttpError> {
    let newest = || on_cache(config, |cache, now| cache.newest(now));
    let snapshot = match (stats::snapshot(env, config).await, newest()) {
        (Ok(snapshot), _) => snapshot,
        (Err(error), None) => return Err(error),
        (Err(error), Some(outdated)) => {
            if on_cache(config, Cache::may_ask) {
                fail(config, &Failure::Realm(error));
            }
            return Ok(outdated);
        }
    };
    let crowd = Crowd::of(&snapshot);
    if crowd.is_empty() {
        on_cache(config, |cache, now| {
            if cache.is_due(now) {
                cache.forget();
            }
        });
        let nobody: [HotScene; 0] = [];
        return Ok(Rc::new(TaggedJson::new(&nobody)?));
    }
    if on_cache(config, Cache::may_ask) {
        context.wait_until(work_out(Rc::clone(config), crowd));
    }
    let waiting = async {
        while on_cache(config, |cache, now| cache.is_awaited(now)) {
            Delay::from(MOMENT).await;
        }
    };
    within(SCENES_WAIT_MAX_MS, waiting).await;
    newest().ok_or(HttpError::ContentUnavailable)
}

/// Puts the answer for this crowd into the cache, or that there is none.
async fn work_out(config: Rc<Config>, crowd: Crowd) {
    let made_ms = now_ms();
    let ranking = within(SCENES_MAX_MS, rank(&config, crowd)).await;
    let ranking = ranking.unwrap_or(Err(UpstreamError::TimedOut(SCENES_MAX_MS)));
    if ranking.is_err() {
        // Those that were still under way are given up, and count as one.
        untold::count(&config.realm_name, Upstream::Content, false);
    }
    let answer = ranking.map_err(Failure::from).and_then(|ranking| {
        let scenes = ranking.into_hot_scenes(&config.content_url);
        Ok(Rc::new(TaggedJson::new(&scenes)?))
    });
    match answer {
        Ok(answer) => on_cache(&config, |cache, _| cache.keep(answer, made_ms)),
        Err(failure) => fail(&config, &failure),
    }
}

/// Asks the content server where the players are. All or nothing: without a part of the answers other scenes would
/// seem to be the most crowded ones.
async fn rank(config: &Config, crowd: Crowd) -> Result<Ranking, UpstreamError> {
    let url = format!("{}{ACTIVE_ENTITIES_PATH}", config.content_url);
    let asking = crowd
        .requests()
        .into_iter()
        .map(|request| upstream::ask(&url, Some(request), SCENES_ANSWER_MAX_BYTES));
    let mut answers = stream::iter(asking).buffered(SCENE_REQUESTS_AT_ONCE);
    let mut ranking = Ranking::new(crowd);
    while let Some(answer) = answers.next().await {
        ranking.add(read_scenes(answer?).ok_or(UpstreamError::Unreadable)?);
        untold::count(&config.realm_name, Upstream::Content, true);
    }
    Ok(ranking)
}

fn fail(config: &Config, failure: &Failure) {
    log::warn(
        "hot scenes not worked out",
        &[
            ("realm", &config.realm_name),
            ("content", &config.content_url),
            ("error", failure),
        ],
    );
    on_cache(config, Cache::fail);
}

/// The realm's cache, and the time.
fn on_cache<T>(config: &Config, act: impl FnOnce(&mut Cache<Rc<TaggedJson>>, u64) -> T) -> T {
    let now = now_ms();
    ANSWERS.with_borrow_mut(|by_realm| {
        let cache = by_realm.entry(config.realm_name.clone());
        act(cache.or_insert_with(|| Cache::new(SCENES_CACHE)), now)
    })
}
