use std::collections::HashSet;

use serde_json::Value;

use crate::auth::Address;

/// The wallets that are let in nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DenyList {
    wallets: HashSet<Address>,
}

impl DenyList {
    /// Reads `{ "users": [{ "wallet": "0x…" }] }`; none if it is nothing like that. Entries that name no wallet are passed
    /// over: one that is misspelt must not let all the others in.
    pub fn read(body: &[u8]) -> Option<Self> {
        let document: Value = serde_json::from_slice(body).ok()?;
        let wallets = document.get("users")?.as_array()?.iter();
        let wallets = wallets.filter_map(|user| user.get("wallet")?.as_str()?.parse().ok());
        Some(Self {
            wallets: wallets.collect(),
        })
    }

    /// Whether the address is on the list.
    pub fn denies(&self, address: &Address) -> bool {
        self.wallets.contains(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wallets_are_denied_whatever_their_case_and_whatever_else_is_listed() {
        let list = format!(
            r#"{{"users":[{{"wallet":"0x{}"}},{{"wallet":"nobody"}},{{}},7,{{"wallet":"0x{}","note":"x"}}]}}"#,
            "aB".repeat(20),
            "cd".repeat(20)
        );
        let list = DenyList::read(list.as_bytes()).unwrap();
        assert!(list.denies(&Address([0xab; 20])));
        assert!(list.denies(&Address([0xcd; 20])));
        assert!(!list.denies(&Address([0xef; 20])));
    }

    #[test]
    fn what_is_no_list_is_none() {
        assert_eq!(
            DenyList::read(br#"{"users":[]}"#),
            Some(DenyList::default())
        );
        for body in ["", "[]", "[[]]", "{}", r#"{"users":{}}"#, "<html>"] {
            assert_eq!(DenyList::read(body.as_bytes()), None, "{body}");
        }
    }
}
