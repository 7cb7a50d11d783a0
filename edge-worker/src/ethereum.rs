//! The node of Ethereum that knows contract wallets.

use archipelago_core::auth::contract::Reply;
use archipelago_core::auth::{ChainError, ContractAnswer, ContractQuestion};
use archipelago_core::config::SecretUrl;
use archipelago_core::protocol::limits::{ANSWER_MAX_BYTES, CONTRACT_CHECK_MAX_MS};

use crate::upstream::UpstreamError;
use crate::{clock, log, upstream};

/// Asks contract wallets whether they have signed what a chain says.
pub async fn ask(node: Option<&SecretUrl>, questions: &[ContractQuestion]) -> ContractAnswer {
    let Some(node) = node else {
        return ContractAnswer::Refused(ChainError::ContractWalletsUnsupported);
    };
    let answer = clock::within(CONTRACT_CHECK_MAX_MS, ask_all(node, questions)).await;
    answer.unwrap_or_else(|| {
        warn(UpstreamError::TimedOut(CONTRACT_CHECK_MAX_MS));
        ContractAnswer::Unavailable
    })
}

async fn ask_all(node: &SecretUrl, questions: &[ContractQuestion]) -> ContractAnswer {
    for question in questions {
        match ask_one(node, question).await {
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

async fn ask_one(node: &SecretUrl, question: &ContractQuestion) -> Reply {
    for request in question.requests() {
        let reply = match upstream::ask(node.expose(), Some(request), ANSWER_MAX_BYTES).await {
            Ok(body) => Reply::read(&body),
            Err(error) => {
                warn(error);
                Reply::Unknown
            }
        };
        if reply != Reply::No {
            return reply;
        }
    }
    Reply::No
}

fn warn(error: UpstreamError) {
    log::warn("contract wallet not checked", &[("error", &error)]);
}
