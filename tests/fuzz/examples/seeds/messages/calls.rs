//! What objects ask and answer.

use archipelago_core::protocol::bus::{
    Assignment, ConnectReply, ConnectRequest, ConnectorCounters, ConnectorStamp, CountersReply,
    DeliveredIsland, Delivery, Histogram, LiveSession, LiveSessions, Member, RealmCounters, Report,
    ReportReply, RoomGuest, RoomOrders, RoomReport, RoomReportReply, SessionHeartbeat,
    SessionStages, Snapshot, SnapshotIsland, SnapshotPeer,
};

use super::{HERE, NOW_MS, address, encoded};
use crate::Seed;

pub fn calls() -> Vec<Seed> {
    let connected = ConnectReply {
        session: 5,
        incarnation: 1,
    };
    let reported = ReportReply {
        incarnation: 1,
        full_wanted: true,
    };
    vec![
        ("connect", connect()),
        ("connected", encoded(1, &connected)),
        ("report", report()),
        ("reported", encoded(4, &reported)),
        ("delivery", delivery()),
        ("snapshot", encoded(7, &snapshot())),
        ("stats", encoded(19, &snapshot())),
        ("metrics", encoded(20, &counters())),
        ("room-report", room_report()),
        ("room-reported", room_reported()),
        ("orders", encoded(12, &orders())),
    ]
}

fn stamp() -> ConnectorStamp {
    ConnectorStamp {
        connector: "connector-0".to_owned(),
        epoch: 3,
    }
}

/// A session as it is listed.
pub fn listed() -> LiveSession {
    LiveSession {
        session: 5,
        address: address(0),
        position: Some(HERE),
        told_island: 2,
        assignment: 9,
        position_is_old: true,
    }
}

fn connect() -> Vec<u8> {
    let request = ConnectRequest {
        stamp: Some(stamp()),
        socket: 7,
        address: address(0),
        incarnation: Some(1),
    };
    encoded(0, &request)
}

fn report() -> Vec<u8> {
    let heartbeat = SessionHeartbeat {
        session: 5,
        position: Some(HERE),
        desired_room: Some("I2".to_owned()),
    };
    let counters = ConnectorCounters {
        closed_banned: 1,
        ..ConnectorCounters::default()
    };
    let report = Report {
        stamp: Some(stamp()),
        sequence: 1,
        full: Some(LiveSessions {
            sessions: vec![listed()],
        }),
        heartbeats: vec![heartbeat],
        disconnects: vec![4, 3],
        abandoned_sockets: vec![6],
        incarnation: 1,
        counters: Some(counters),
        stages: Some(SessionStages {
            live: 1,
            ..SessionStages::default()
        }),
    };
    encoded(3, &report)
}

fn counters() -> CountersReply {
    let flush_duration = Histogram {
        counts: vec![1; 11],
        sum_ms: 4_000,
    };
    CountersReply {
        realm: Some(RealmCounters {
            flush_duration: Some(flush_duration),
            ..RealmCounters::default()
        }),
        ..CountersReply::default()
    }
}

fn delivery() -> Vec<u8> {
    let member = Member {
        address: address(1),
        position: Some(HERE),
    };
    let island = DeliveredIsland {
        number: 2,
        id: "I2".to_owned(),
        members: vec![member],
    };
    let assignment = Assignment {
        session: 5,
        number: 9,
        island: 0,
    };
    let delivery = Delivery {
        incarnation: 1,
        islands: vec![island],
        assignments: vec![assignment],
        kicks: vec![4],
        room_key: vec![7; 32],
    };
    encoded(5, &delivery)
}

fn snapshot() -> Snapshot {
    let peer = SnapshotPeer {
        address: address(0),
        position: Some(HERE),
        last_ping: NOW_MS,
    };
    let island = SnapshotIsland {
        id: "I2".to_owned(),
        members: vec![0],
        center_x: 1.0,
        center_z: -3.5,
        radius: 0.0,
    };
    Snapshot {
        peers: vec![peer],
        islands: vec![island],
        max_peers: 100,
    }
}

/// A guest of a room.
pub fn guest() -> RoomGuest {
    RoomGuest {
        address: address(0),
        assignment: 9,
    }
}

fn room_report() -> Vec<u8> {
    let report = RoomReport {
        room: "main.I2".to_owned(),
        guests: vec![guest()],
        players: 1,
        counters: None,
        number: NOW_MS,
    };
    encoded(10, &report)
}

fn orders() -> RoomOrders {
    RoomOrders {
        mute: vec![guest()],
        close: vec![guest()],
    }
}

fn room_reported() -> Vec<u8> {
    let reply = RoomReportReply {
        orders: Some(orders()),
        number: NOW_MS,
    };
    encoded(11, &reply)
}
