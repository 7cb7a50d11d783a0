use serde::Serialize;
use serde_json::{Map, Value};

#[cfg(feature = "openapi")]
use super::openapi::values;

/// `GET /about`: what a client has to know before it enters the realm (ADR-110).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// Whether the realm works as a whole.
    pub healthy: bool,
    /// Whether a client may come in now.
    pub accepting_users: bool,
    /// What the realm shows.
    pub configurations: Configurations,
    /// The content server.
    pub content: Service,
    /// The lambdas server.
    pub lambdas: Service,
    /// The communications: this system.
    pub comms: Comms,
    /// Whatever else the catalyst says.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Value>))]
    pub rest: Map<String, Value>,
}

/// What the realm is called, and what it shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Configurations {
    /// The realm's name.
    #[cfg_attr(feature = "openapi", schema(examples("main")))]
    pub realm_name: String,
    /// What it shows.
    #[serde(flatten)]
    pub world: World,
}

/// What the realm shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct World {
    /// The Ethereum network: 1 is the main net.
    #[cfg_attr(feature = "openapi", schema(examples(1)))]
    pub network_id: u32,
    /// Scenes that are everywhere.
    pub global_scenes_urn: Vec<String>,
    /// Scenes of the realm's own; empty: those of the world's map.
    pub scenes_urn: Vec<String>,
    /// How the map is drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<String, Value>>))]
    pub map: Option<Map<String, Value>>,
    /// Where the scenes of the world's map are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city_loader_content_server: Option<String>,
    /// Whatever else the catalyst says, such as `minimap` and `skybox`.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Value>))]
    pub rest: Map<String, Value>,
}

/// The main net, and nothing but the world's map.
impl Default for World {
    fn default() -> Self {
        Self {
            network_id: 1,
            global_scenes_urn: Vec::new(),
            scenes_urn: Vec::new(),
            map: None,
            city_loader_content_server: None,
            rest: Map::new(),
        }
    }
}

/// A server that the realm relies on.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// Whether it works.
    pub healthy: bool,
    /// The version that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The commit that it was built from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit_hash: Option<String>,
    /// Where it is, with a slash at the end.
    #[cfg_attr(
        feature = "openapi",
        schema(examples("https://peer.decentraland.org/content/"))
    )]
    pub public_url: String,
    /// Whatever else it says of itself.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Value>))]
    pub rest: Map<String, Value>,
}

impl Service {
    /// A server of which nothing is known but where it is.
    pub fn at(public_url: &str) -> Self {
        Self {
            healthy: true,
            version: None,
            commit_hash: None,
            public_url: public_url.to_owned(),
            rest: Map::new(),
        }
    }
}

/// The communications of the realm.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Comms {
    /// Measured: the realm's object answered in time and its flushes are not late.
    pub healthy: bool,
    /// `v3`: archipelago.
    #[cfg_attr(feature = "openapi", schema(schema_with = values::protocol))]
    pub protocol: &'static str,
    /// The version that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The commit that it was built from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit_hash: Option<String>,
    /// How many players the stats show.
    pub users_count: u32,
    /// Where to connect: `archipelago:archipelago:<ws url>`. The prefix stands twice because one client drops everything
    /// before the first colon.
    #[cfg_attr(
        feature = "openapi",
        schema(
            pattern = "^archipelago:archipelago:wss?://.+/ws$",
            examples("archipelago:archipelago:wss://realm.example/ws")
        )
    )]
    pub adapter: String,
}

impl Comms {
    /// The adapter of a realm whose WebSocket is at `ws_url`.
    pub fn adapter(ws_url: &str) -> String {
        format!("archipelago:archipelago:{ws_url}")
    }
}
