//! Auth chains for JavaScript.

use archipelago_core::auth::{
    ChainError, ContractQuestion, ParseLinks, Property, Verdict, verify_with,
};
use js_sys::{Array, JSON, Object, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::archipelago::time;
use crate::refusal::{Refusal, text};
use crate::values::to_js;

/// JavaScript's own parser of JSON.
struct Platform;

impl ParseLinks for Platform {
    type Object = JsValue;

    fn objects(json: &str) -> Option<Vec<JsValue>> {
        let value = JSON::parse(json).ok()?;
        let array = value.dyn_ref::<Array>()?;
        let is_object = |link: &JsValue| link.is_object() && !Array::is_array(link);
        let objects: Vec<JsValue> = array.iter().collect();
        objects.iter().all(is_object).then_some(objects)
    }

    fn property(object: &JsValue, name: &str) -> Property {
        let value = Reflect::get(object, &name.into()).unwrap_or_default();
        if value.is_undefined() || value.is_null() {
            return Property::Absent;
        }
        text(&value).map_or(Property::Other, Property::Text)
    }
}

/// `AuthChainVerdict`
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum VerdictValue {
    Valid {
        address: String,
    },
    NeedsContractCheck {
        address: String,
        questions: Vec<QuestionValue>,
    },
    Invalid {
        reason: String,
    },
}

/// `ContractQuestion`, all in hex digits.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QuestionValue {
    contract: String,
    message_hash: String,
    personal_hash: String,
    signature: String,
}

impl From<Result<Verdict, ChainError>> for VerdictValue {
    fn from(verdict: Result<Verdict, ChainError>) -> Self {
        match verdict {
            Ok(Verdict::Valid(address)) => Self::Valid {
                address: address.to_string(),
            },
            Ok(Verdict::NeedsContractCheck(check)) => Self::NeedsContractCheck {
                address: check.signer.to_string(),
                questions: check.questions.into_iter().map(Into::into).collect(),
            },
            Err(error) => Self::Invalid {
                reason: error.to_string(),
            },
        }
    }
}

impl From<ContractQuestion> for QuestionValue {
    fn from(question: ContractQuestion) -> Self {
        Self {
            contract: question.contract.to_string(),
            message_hash: hex(&question.message_hash),
            personal_hash: hex(&question.personal_hash),
            signature: hex(&question.signature),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    format!("0x{}", base16ct::lower::encode_string(bytes))
}

/// Whether a chain proves that its signer answers the challenge at that time.
#[wasm_bindgen(js_name = verifyAuthChain)]
pub fn verify_auth_chain(
    auth_chain_json: &JsValue,
    challenge: &JsValue,
    now_ms: &JsValue,
) -> Result<Object, Refusal> {
    let read = |field: &str, value: &JsValue| {
        text(value).ok_or_else(|| Refusal::new(field, value, "a string, without lone surrogates"))
    };
    let chain = read("authChain", auth_chain_json)?;
    let challenge = read("challenge", challenge)?;
    let verdict = verify_with::<Platform>(&chain, &challenge, time(now_ms)?);
    Ok(to_js(&VerdictValue::from(verdict)).unchecked_into())
}
