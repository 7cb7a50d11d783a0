use serde::Serialize;

/// `GET /realms`: one of the deployment's realms, as realm providers list them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RealmView {
    /// The realm's name.
    #[cfg_attr(feature = "openapi", schema(examples("main")))]
    pub server_name: String,
    /// Under which its paths are, such as `/about`; without a slash at the end.
    #[cfg_attr(
        feature = "openapi",
        schema(format = "uri", examples("https://realm.example"))
    )]
    pub url: String,
    /// How many players the stats show.
    pub users_count: u32,
}
