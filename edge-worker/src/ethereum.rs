//! The node of Ethereum that knows contract wallets.

use archipelago_core::auth::contract::Reply;
use archipelago_core::auth::{ChainError, ContractAnswer, ContractQuestion};
use archipelago_core::config::SecretUrl;
use archipelago_core::protocol::limits::{ANSWER_MAX_BYTES, CONTRACT_CHECK_MAX_MS};

use crate::upstream::UpstreamError;
use crate::{clock, log, upstream};

/// Asks contract wallets whether they have signed what a chain says. `counted` is told of each call whether the node has
/// answered.
pub async fn ask(
    node: Option<&SecretUrl>,
    questions: &[ContractQuestion],
    counted: impl Fn(bool),
) -> ContractAnswer {
    let Some(node) = node else {
        return ContractAnswer::Refused(ChainError::ContractWalletsUnsupported);
    };
    let asking = ask_all(node, questions, &counted);
    let answer = clock::within(CONTRACT_CHECK_MAX_MS, asking).await;
    answer.unwrap_or_else(|| {
        counted(false);
        warn(UpstreamError::TimedOut(CONTRACT_CHECK_MAX_MS));
        ContractAnswer::Unavailable
    })
}

async fn ask_all(
    node: &SecretUrl,
    questions: &[ContractQuestion],
    counted: &impl Fn(bool),
) -> ContractAnswer {
    for question in questions {
        match ask_one(node, question, counted).await {
            Reply::Yes => {}
            Reply::No => {
                let link = question.link;
                return ContractAnswer::Refused(ChainError::ContractDenies { link });
            }
            Reply::Unknown => return ContractAnswer::Unavailable,
        }
    }
    ContractAnswer::Confirmed
}

async fn ask_one(node: &SecretUrl, question: &ContractQuestion, counted: &impl Fn(bool)) -> Reply {
    for request in question.requests() {
        let body = upstream::ask(node.expose(), Some(request), ANSWER_MAX_BYTES).await;
        let reply = body.and_then(|body| match Reply::read(&body) {
            Reply::Unknown => Err(UpstreamError::Unreadable),
            reply => Ok(reply),
        });
        counted(reply.is_ok());
        match reply {
            Ok(Reply::No) => {}
            Ok(reply) => return reply,
            Err(error) => {
                warn(error);
                return Reply::Unknown;
            }
        }
    }
    Reply::No
}

fn warn(error: UpstreamError) {
    log::warn("contract wallet not checked", &[("error", &error)]);
}
