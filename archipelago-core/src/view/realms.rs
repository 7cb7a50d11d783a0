use serde::Serialize;

/// `GET /realms`: one of the deployment's realms, as realm providers list them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RealmView {
    /// The realm's name.
    pub server_name: String,
    /// Under which its paths are, such as `/about`; without a slash at the end.
    pub url: String,
    /// How many players the stats show.
    pub users_count: u32,
}
