//! The catalysts of `CATALYST_URLS`: asked how they are, and one of them chosen for each client.

use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;

use archipelago_core::cache::Cache;
use archipelago_core::catalyst::{
    self, CATALYSTS_CACHE, Candidate, Catalyst, CatalystAbout, CatalystUrl, Place, Unavailable,
    Wish,
};
use archipelago_core::config::{Catalysts, Config};
use archipelago_core::protocol::Upstream;
use archipelago_core::protocol::limits::{
    CATALYST_ABOUT_MAX_BYTES, CATALYST_PROBE_MAX_MS, CONNECTIONS_MAX,
};
use futures_util::{StreamExt as _, stream};
use worker::js_sys::Reflect;
use worker::wasm_bindgen::JsValue;
use worker::{Context, Delay, Request, Url};

use crate::clock::{MOMENT, now_ms};
use crate::http::HttpError;
use crate::log;
use crate::upstream::{ask_within, untold};

/// Where the platform says from which country a request comes, besides its own properties.
const COUNTRY_HEADER: &str = "CF-IPCountry";

thread_local! {
    /// Those among whom clients can choose, as far as this isolate knows: they are the same for all realms.
    static KNOWN: RefCell<Cache<Rc<[Catalyst]>>> = const { RefCell::new(Cache::new(CATALYSTS_CACHE)) };
}

/// What the catalyst says of itself that is chosen for the client; none if none are configured.
pub async fn choose(
    request: &Request,
    config: &Rc<Config>,
    url: &Url,
    context: &Context,
) -> Result<Option<CatalystAbout>, HttpError> {
    if config.catalysts.candidates.is_empty() {
        return Ok(None);
    }
    let random = getrandom::u32().map_err(|error| worker::Error::from(error.to_string()))?;
    let wish = wish(request, url);
    let catalysts = known(config, context).await;
    let chosen = catalyst::choose(&catalysts, &wish, random).ok_or(HttpError::NoCatalyst)?;
    Ok(Some(chosen.about.clone()))
}

/// A URL that the client names is compared with those of the configuration, and nothing else is done with it.
fn wish(request: &Request, url: &Url) -> Wish {
    let named = url.query_pairs().find(|(name, _)| name == "catalyst");
    Wish {
        catalyst: named.and_then(|(_, url)| CatalystUrl::parse(&url)),
        place: place(request),
    }
}

fn place(request: &Request) -> Option<Place> {
    // Not by `Request::cf`: it panics where the platform says something that it does not expect.
    let properties = property(request.inner(), "cf");
    let text = |name| property(properties.as_ref()?, name)?.as_string();
    let country = text("country").or_else(|| request.headers().get(COUNTRY_HEADER).ok()?);
    Place::of_client(
        text("latitude").as_deref(),
        text("longitude").as_deref(),
        country.as_deref(),
    )
}

fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &JsValue::from_str(name)).ok()
}

/// Those among whom clients can choose, if there are any. Who finds that outdated has them asked again, beside its own
/// request, whose client may go; only while nothing is known that can be shown anybody waits for it.
async fn known(config: &Rc<Config>, context: &Context) -> Rc<[Catalyst]> {
    loop {
        if on_known(Cache::may_ask) {
            context.wait_until(ask(Rc::clone(config)));
        }
        let known = on_known(|known, now| (!known.is_awaited(now)).then(|| known.newest(now)));
        if let Some(known) = known {
            return known.unwrap_or_default();
        }
        Delay::from(MOMENT).await;
    }
}

/// One round: asks as many of them at once as the platform has connections for. That none is left is no answer: what was
/// known before holds no longer.
async fn ask(config: Rc<Config>) {
    let Catalysts {
        candidates,
        blacklist,
    } = &config.catalysts;
    let probes = candidates.iter().map(|candidate| probe(&config, candidate));
    let answers = stream::iter(probes).buffer_unordered(CONNECTIONS_MAX);
    let answers: Vec<Option<Catalyst>> = answers.collect().await;
    let working = answers.into_iter().flatten().collect();
    let eligible: Rc<[Catalyst]> = catalyst::eligible(working, blacklist).into();
    if eligible.is_empty() {
        log::warn("no catalyst left", &[]);
        on_known(|known, now| {
            known.forget();
            known.fail(now);
        });
    } else {
        on_known(|known, now| known.keep(eligible, now));
    }
}

/// What is known, and the time.
fn on_known<T>(act: impl FnOnce(&mut Cache<Rc<[Catalyst]>>, u64) -> T) -> T {
    let now = now_ms();
    KNOWN.with_borrow_mut(|known| act(known, now))
}

async fn probe(config: &Config, candidate: &Candidate) -> Option<Catalyst> {
    let failed = |error: &dyn Display| {
        let fields: [(&str, &dyn Display); 2] = [("catalyst", &candidate.url), ("error", error)];
        log::warn("catalyst not available", &fields);
    };
    let url = format!("{}/about", candidate.url);
    let body = ask_within(CATALYST_PROBE_MAX_MS, &url, CATALYST_ABOUT_MAX_BYTES).await;
    let body = body.inspect_err(|error| failed(error)).ok();
    let about = body.map(|body| CatalystAbout::read(&candidate.url, &body));
    // One that says that nobody is to be sent to it has answered all the same.
    let has_answered = !matches!(about, None | Some(Err(Unavailable::Unreadable)));
    untold::count(&config.realm_name, Upstream::Catalysts, has_answered);
    Some(Catalyst {
        candidate: candidate.clone(),
        about: about?.inspect_err(|error| failed(error)).ok()?,
    })
}
