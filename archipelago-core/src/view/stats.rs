use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::auth::Address;
use crate::protocol::bus::{Snapshot, SnapshotIsland, SnapshotPeer};

use super::Number;
#[cfg(feature = "openapi")]
use super::openapi::values;

/// The side of a parcel, in metres.
const PARCEL_M: f32 = 16.0;

/// A player.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PeerView {
    /// The address, lower case.
    #[cfg_attr(feature = "openapi", schema(value_type = values::Address))]
    pub id: String,
    /// The address again.
    #[cfg_attr(feature = "openapi", schema(value_type = values::Address))]
    pub address: String,
    /// When the player was last heard, in ms since the epoch.
    #[cfg_attr(feature = "openapi", schema(value_type = values::Time))]
    pub last_ping: u64,
    /// The parcel the player is on: `[x, z]`, 16 m each.
    #[cfg_attr(feature = "openapi", schema(value_type = values::Parcel))]
    pub parcel: [i64; 2],
    /// `[x, y, z]` in metres.
    #[cfg_attr(feature = "openapi", schema(value_type = values::Position))]
    pub position: [Number; 3],
}

/// An island.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct IslandView {
    /// The id.
    pub id: String,
    /// The members in the order in which they joined.
    pub peers: Vec<PeerView>,
    /// How many members it may have.
    pub max_peers: u32,
    /// The mean of the members' positions on the ground: `[x, 0, z]` in metres.
    #[cfg_attr(feature = "openapi", schema(value_type = values::Position))]
    pub center: [Number; 3],
    /// From the centre to the farthest member, in metres.
    #[cfg_attr(feature = "openapi", schema(value_type = f64, minimum = 0, examples(18.005_641_477_048_243)))]
    pub radius: Number,
}

/// `GET /peers`
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Peers {
    /// Always true.
    #[cfg_attr(feature = "openapi", schema(schema_with = values::always_true))]
    pub ok: bool,
    /// Everybody, or those asked for.
    pub peers: Vec<PeerView>,
}

/// `GET /peers/{id}`
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PeerAnswer {
    /// Always true.
    #[cfg_attr(feature = "openapi", schema(schema_with = values::always_true))]
    pub ok: bool,
    /// The player.
    pub peer: PeerView,
}

/// `GET /peers/{id}` of somebody who is not there. The one `null` that clients expect.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PeerNotFound {
    /// Always false.
    #[cfg_attr(feature = "openapi", schema(schema_with = values::always_false))]
    pub ok: bool,
    /// Always `null`.
    #[cfg_attr(feature = "openapi", schema(schema_with = values::always_null, required))]
    pub peer: Option<PeerView>,
}

/// `GET /islands`
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Islands {
    /// Always true.
    #[cfg_attr(feature = "openapi", schema(schema_with = values::always_true))]
    pub ok: bool,
    /// All islands, the oldest first.
    pub islands: Vec<IslandView>,
}

/// How many players are on a parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ParcelView {
    /// How many players.
    pub peers_count: u32,
    /// Which parcel.
    pub parcel: ParcelCoordinates,
}

/// Where a parcel is, in parcels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParcelCoordinates {
    /// To the east.
    pub x: i64,
    /// To the north.
    pub y: i64,
}

/// `GET /parcels`
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Parcels {
    /// The parcels with players on them, from west to east, then from south to north.
    pub parcels: Vec<ParcelView>,
}

/// `GET /core-status`
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CoreStatus {
    /// Whether the realm works.
    pub healthy: bool,
    /// How many players the stats show.
    pub user_count: u32,
}

/// `GET /status`
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The version that runs.
    #[cfg_attr(feature = "openapi", schema(examples("0.1.0")))]
    pub version: String,
    /// Now, in ms since the epoch.
    #[cfg_attr(feature = "openapi", schema(value_type = values::Time))]
    pub current_time: u64,
    /// The commit that it was built from; empty if nobody said.
    #[cfg_attr(feature = "openapi", schema(examples("0123abc")))]
    pub commit_hash: String,
    /// How many players the stats show.
    pub user_count: u32,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorAnswer {
    /// In words.
    pub error: String,
}

/// The stats of one snapshot.
#[derive(Debug)]
pub struct StatsView<'a>(pub &'a Snapshot);

impl StatsView<'_> {
    /// Everybody, or those of the addresses in `ids` who are there.
    pub fn peers(&self, ids: &[String]) -> Peers {
        // A client may ask for hundreds, and for nobody thousands of times.
        let wanted: BTreeSet<Address> = ids.iter().filter_map(|id| read_id(id)).collect();
        let is_wanted = |peer: &&SnapshotPeer| {
            let address = Address::try_from(peer.address.as_slice());
            ids.is_empty() || address.is_ok_and(|address| wanted.contains(&address))
        };
        Peers {
            ok: true,
            peers: self
                .0
                .peers
                .iter()
                .filter(is_wanted)
                .map(peer_view)
                .collect(),
        }
    }

    /// One player.
    pub fn peer(&self, id: &str) -> Option<PeerAnswer> {
        let address = read_id(id)?;
        let found = self.0.peers.iter().find(|peer| peer.address == address.0)?;
        let peer = peer_view(found);
        Some(PeerAnswer { ok: true, peer })
    }

    /// All islands.
    pub fn islands(&self) -> Islands {
        Islands {
            ok: true,
            islands: self
                .0
                .islands
                .iter()
                .map(|island| self.island_view(island))
                .collect(),
        }
    }

    /// One island.
    pub fn island(&self, id: &str) -> Option<IslandView> {
        self.0
            .islands
            .iter()
            .find(|island| island.id == id)
            .map(|island| self.island_view(island))
    }

    /// How many players are where.
    pub fn parcels(&self) -> Parcels {
        let mut counts: BTreeMap<[i64; 2], u32> = BTreeMap::new();
        for peer in &self.0.peers {
            *counts.entry(parcel(peer)).or_default() += 1;
        }
        let view = |([x, y], peers_count): ([i64; 2], u32)| ParcelView {
            peers_count,
            parcel: ParcelCoordinates { x, y },
        };
        Parcels {
            parcels: counts.into_iter().map(view).collect(),
        }
    }

    fn island_view(&self, island: &SnapshotIsland) -> IslandView {
        let members = island
            .members
            .iter()
            .filter_map(|&member| self.0.peers.get(member as usize));
        IslandView {
            id: island.id.clone(),
            peers: members.map(peer_view).collect(),
            max_peers: self.0.max_peers,
            center: [
                Number(island.center_x),
                Number(0.0),
                Number(island.center_z),
            ],
            radius: Number(island.radius),
        }
    }
}

/// The id is the address as the stats write it; another spelling is another id.
fn read_id(id: &str) -> Option<Address> {
    id.parse()
        .ok()
        .filter(|address: &Address| address.to_string() == id)
}

fn parcel(peer: &SnapshotPeer) -> [i64; 2] {
    let index = |coordinate: f32| (coordinate / PARCEL_M).floor() as i64;
    peer.position
        .as_ref()
        .map_or([0, 0], |position| [index(position.x), index(position.z)])
}

fn peer_view(peer: &SnapshotPeer) -> PeerView {
    let id = Address::try_from(peer.address.as_slice())
        .map_or_else(|_| String::new(), |address| address.to_string());
    let position = peer.position.unwrap_or_default();
    PeerView {
        address: id.clone(),
        id,
        last_ping: peer.last_ping,
        parcel: parcel(peer),
        position: [position.x.into(), position.y.into(), position.z.into()],
    }
}
