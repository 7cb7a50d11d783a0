//! What objects say to each other, and what they have stored: a newer version, or a broken disk, may have written
//! anything.

use archipelago_core::connector::SocketId;
use archipelago_core::engine::{EngineConfig, Scope};
use archipelago_core::protocol::bus::{
    ConnectReply, ConnectRequest, CountersReply, Delivery, IslandRecord, LiveFrame, LookupRequest,
    RealmSessionRecord, Report, ReportReply, RoomOrders, RoomRecord, RoomReport, RoomReportReply,
    RoomsReply, SessionRecord, Snapshot, SocketRecord, StatusReply, WatchReply,
};
use archipelago_core::protocol::limits::ORIGIN_MAX_BYTES;
use archipelago_core::realm::{Realm, RealmConfig, Stored};
use archipelago_core::room::{Room, room_of_record};
use archipelago_core::session::{SESSION_RECORD_MAX_BYTES, Session, Timeouts};
use archipelago_core::view::{StatsView, metrics_text};
use prost::Message as _;

use crate::input::Input;
use crate::packets::round_trip;

/// So often at most something is due until an empty realm has nothing to do.
const TURNS_MAX: usize = 1_000;

const NOW_MS: u64 = 1_900_000_000_000;

/// The target.
///
/// # Panics
/// If something that must hold does not.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    let choice = input.byte();
    if choice < 128 {
        message(choice, input.rest());
        return;
    }
    match choice % 4 {
        0 => session_record(input.rest()),
        1 => room_records(&mut input),
        2 => socket_record(input.rest()),
        _ => stored_realm(&mut input),
    }
}

fn message(which: u8, bytes: &[u8]) {
    match which % 20 {
        0 => round_trip::<ConnectRequest>(bytes),
        1 => round_trip::<ConnectReply>(bytes),
        2 => round_trip::<LookupRequest>(bytes),
        3 => round_trip::<Report>(bytes),
        4 => round_trip::<ReportReply>(bytes),
        5 => round_trip::<Delivery>(bytes),
        6 => round_trip::<StatusReply>(bytes),
        7 => round_trip::<Snapshot>(bytes),
        8 => round_trip::<WatchReply>(bytes),
        9 => round_trip::<LiveFrame>(bytes),
        10 => round_trip::<RoomReport>(bytes),
        11 => round_trip::<RoomReportReply>(bytes),
        12 => round_trip::<RoomOrders>(bytes),
        13 => round_trip::<RoomsReply>(bytes),
        14 => round_trip::<SessionRecord>(bytes),
        15 => round_trip::<RoomRecord>(bytes),
        16 => round_trip::<IslandRecord>(bytes),
        17 => round_trip::<RealmSessionRecord>(bytes),
        18 => round_trip::<SocketRecord>(bytes),
        20 => metrics(bytes),
        _ => snapshot_views(bytes),
    }
}

/// Whatever a realm has counted, it can be shown.
fn metrics(bytes: &[u8]) {
    if let Ok(counters) = CountersReply::decode(bytes) {
        let text = metrics_text(&counters);
        assert!(text.ends_with('\n') && text.is_ascii());
    }
}

/// Whatever a snapshot holds, the stats show it.
fn snapshot_views(bytes: &[u8]) {
    let Ok(snapshot) = Snapshot::decode(bytes) else {
        return;
    };
    let view = StatsView(&snapshot);
    let everybody = view.peers(&[]).peers;
    assert_eq!(everybody.len(), snapshot.peers.len());
    let parcels = view.parcels().parcels;
    let count: u32 = parcels.iter().map(|parcel| parcel.peers_count).sum();
    assert_eq!(count as usize, everybody.len());
    for peer in everybody {
        assert_eq!(view.peer(&peer.id).is_some(), !peer.id.is_empty());
    }
    let islands = view.islands().islands;
    assert_eq!(islands.len(), snapshot.islands.len());
    for island in islands {
        assert!(view.island(&island.id).is_some());
    }
}

/// A session that is taken up is kept as it was.
fn session_record(record: &[u8]) {
    let Ok((socket, mut session)) = Session::from_record(record) else {
        return;
    };
    let timeouts = Timeouts {
        handshake_ms: 60_000,
        idle_ms: 90_000,
    };
    assert!(session.deadline_ms(&timeouts).is_some());
    let kept = session.to_record(socket).expect("it is not closed");
    let (again, mut read) = Session::from_record(&kept).expect("what was written can be read");
    assert_eq!(again, socket);
    assert_eq!(read.to_record(socket), Some(kept.clone()));
    assert_eq!(read.deadline_ms(&timeouts), session.deadline_ms(&timeouts));
    if session.origin().len() <= ORIGIN_MAX_BYTES && session.live().is_some() {
        assert!(kept.len() <= SESSION_RECORD_MAX_BYTES);
    }
}

/// A room takes up what it can, and goes on.
fn room_records(input: &mut Input<'_>) {
    let first = input.chunk();
    let Some(id) = room_of_record(first) else {
        return;
    };
    let mut room = Room::new(id, 60_000);
    let mut sockets: Vec<SocketId> = room.resume(first, NOW_MS).into_iter().collect();
    while !input.is_empty() {
        sockets.extend(room.resume(input.chunk(), NOW_MS));
    }
    assert_eq!(room.socket_count(), sockets.len());
    let mut out = Vec::new();
    room.tick(NOW_MS, &mut out);
    let _ = room.take_report(NOW_MS);
    for socket in sockets {
        room.closed(socket, NOW_MS, &mut out);
    }
    assert_eq!(room.socket_count(), 0);
}

fn socket_record(record: &[u8]) {
    let socket = SocketId::of_record(record);
    if let Ok((of_session, _)) = Session::from_record(record) {
        assert_eq!(socket, Some(SocketId(of_session)).filter(|id| id.0 != 0));
    }
}

/// What a realm can be restored from, it also stores; and it comes to rest.
fn stored_realm(input: &mut Input<'_>) {
    let config = RealmConfig {
        engine: EngineConfig::new(3, 20.0, Some(25.0)).expect("good distances"),
        flush_period_ms: 2_000,
        connector_timeout_ms: 60_000,
        resume_grace_ms: 30_000,
        own_rooms: None,
    };
    let incarnation = input.number();
    let stored = stored(input);
    let Ok(mut realm) = Realm::restore(config.clone(), incarnation, &stored, NOW_MS) else {
        return;
    };
    assert!(realm.member_count() <= stored.sessions.len());
    assert_eq!(realm.snapshot().peers.len(), 0, "nobody has come back yet");
    let mut now_ms = NOW_MS;
    for _ in 0..TURNS_MAX {
        if realm.tick(now_ms) == Some(Scope::Full) {
            assert_eq!(realm.check(Scope::Full), Ok(()));
        }
        for (connector, _) in realm.take_deliveries(now_ms) {
            realm.undelivered(&connector, now_ms);
        }
        let Some(next) = realm.next_ms() else { break };
        now_ms = now_ms.max(next);
    }
    assert_eq!(realm.next_ms(), None, "nobody is there");
    assert_eq!(realm.member_count(), 0);
}

fn stored(input: &mut Input<'_>) -> Stored {
    let mut stored = Stored {
        next_island: input.flag().then(|| input.number()),
        ..Stored::default()
    };
    while !input.is_empty() {
        if input.flag() {
            let number = input.number();
            stored.islands.push((number, input.chunk().to_vec()));
        } else {
            let address = if input.flag() {
                vec![input.byte(); 20]
            } else {
                input.chunk().to_vec()
            };
            stored.sessions.push((address, input.chunk().to_vec()));
        }
    }
    // Keys of tables: none comes twice.
    stored.islands.sort();
    stored.islands.dedup_by_key(|(number, _)| *number);
    stored.sessions.sort();
    stored.sessions.dedup_by(|(a, _), (b, _)| a == b);
    stored
}
