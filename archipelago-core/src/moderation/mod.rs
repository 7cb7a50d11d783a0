//! Who may not come in: what the services say that an operator has named.

mod bans;
mod deny_list;

pub use bans::{ban_check_path, read_ban_check};
pub use deny_list::DenyList;
