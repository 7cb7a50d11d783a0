//! What the realm delivers.

use archipelago_core::connector::{Action, Connector, ConnectorConfig};
use archipelago_core::protocol::bus::{Delivery, Member};
use archipelago_core::protocol::v3::{KickedMessage, KickedReason, server_packet};
use archipelago_core::session::Reason;
use archipelago_core::transport::{Invitation, Pass, ROOM_KEY_BYTES, RoomKey, Transport};

use crate::clients::{NOW_MS, at, read, read_island_changed};
use crate::shard::{
    EPOCH, NAME, ORIGIN, Shard, assign, config, delivery, island, kicks, records, sent, who,
};

#[test]
fn a_kicked_client_is_told_and_closed() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    let other = shard.live(2, 71);
    let out = shard.delivered(&kicks(&[70, 500]));
    let [Action::Send(to, frame), Action::Close(closed, reason)] = out.as_slice() else {
        panic!("{out:?}");
    };
    assert_eq!(
        (*to, *closed, reason),
        (socket, socket, &Reason::NewSession)
    );
    let kicked = KickedMessage {
        reason: KickedReason::KrNewSession.into(),
    };
    assert_eq!(read(frame), server_packet::Message::Kicked(kicked));
    assert_eq!(shard.delivered(&kicks(&[70, 500])), [], "repeated");
    assert!(shard.connector.session(other).is_some());
    // The end is reported: it takes nothing from the session that has taken over.
    assert_eq!(shard.report_now().disconnects, [70]);
}

#[test]
fn island_changed_is_what_clients_read() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    // A member at the world's origin: JavaScript clients must see it, so its position is there, and empty.
    let home = island(1, &[(1, 1.0), (2, 0.0)]);
    let out = shard.delivered(&delivery(&[home], &[assign(70, 5, 0)]));
    let [(to, frame)] = sent(&out).try_into().unwrap();
    assert_eq!(to, socket);
    let message = read_island_changed(&frame);
    assert_eq!(message.island_id, "I1");
    assert_eq!(message.conn_str, "offline:offline");
    assert_eq!(message.from_island_id, None);
    let peers: Vec<_> = message.peers.into_iter().collect();
    let mut expected = vec![
        (who(1).to_string(), at(1.0, 0.0).into()),
        (who(2).to_string(), at(0.0, 0.0).into()),
    ];
    expected.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert_eq!(peers, expected);
    let origin = [who(2).to_string().as_bytes(), &[0x12, 0]].concat();
    assert!(frame.windows(origin.len()).any(|window| window == origin));

    let next = island(37, &[(1, 9.0)]);
    let out = shard.delivered(&delivery(
        &[island(2, &[]), next],
        &[assign(70, 6, 1), assign(4, 7, 0)],
    ));
    let [(_, frame)] = sent(&out).try_into().unwrap();
    let message = read_island_changed(&frame);
    assert_eq!(message.island_id, "I37");
    assert_eq!(message.from_island_id.as_deref(), Some("I1"));
    assert_eq!(message.peers.len(), 1);
    let out = shard.delivered(&delivery(&[island(3, &[(1, 9.0)])], &[assign(70, 8, 0)]));
    let message = read_island_changed(&sent(&out)[0].1);
    assert_eq!(
        message.from_island_id.as_deref(),
        Some("I11"),
        "37 in base 36"
    );
}

#[test]
fn a_livekit_room_is_named_after_the_island() {
    let transport = Transport::LiveKit {
        host: "livekit.example.org".to_owned(),
        api_key: "key".to_owned(),
        api_secret: "secret".to_owned(),
        room_prefix: String::new(),
    };
    let mut shard = Shard::new();
    let config = ConnectorConfig {
        transport: transport.clone(),
        ..config()
    };
    shard.connector = Connector::new(config, NAME.to_owned(), EPOCH, NOW_MS);
    shard.live(1, 70);
    let out = shard.delivered(&delivery(&[island(1, &[(1, 1.0)])], &[assign(70, 5, 0)]));
    let message = read_island_changed(&sent(&out)[0].1);
    assert_eq!(
        message.conn_str,
        transport.connection_string(&invitation(None), NOW_MS)
    );
}

fn invitation(room_key: Option<&RoomKey>) -> Invitation<'_> {
    Invitation {
        island: "I1",
        pass: Pass {
            address: who(1),
            assignment: 5,
        },
        origin: ORIGIN,
        room_key,
    }
}

#[test]
fn a_room_of_our_own_comes_with_the_token_of_the_assignment() {
    let transport = Transport::WsRoom {
        realm: "main".to_owned(),
    };
    let config = ConnectorConfig {
        transport: transport.clone(),
        ..config()
    };
    let mut shard = Shard::new();
    shard.connector = Connector::new(config.clone(), NAME.to_owned(), EPOCH, NOW_MS);
    let socket = shard.live(1, 70);
    let delivery = Delivery {
        room_key: vec![9; ROOM_KEY_BYTES],
        ..delivery(&[island(1, &[(1, 1.0)])], &[assign(70, 5, 0)])
    };
    let out = shard.delivered(&delivery);
    let told = read_island_changed(&sent(&out)[0].1).conn_str;
    let key = RoomKey::from([9; ROOM_KEY_BYTES]);
    let expected = transport.connection_string(&invitation(Some(&key)), NOW_MS);
    assert_eq!(told, expected);
    assert!(told.starts_with("ws-room:wss://realm.example/rooms/main.I1?token="));
    // Where the client reaches the realm is known after a sleep too.
    let mut after = Shard::new();
    after.connector = Connector::new(config, NAME.to_owned(), EPOCH, NOW_MS);
    let record = records(&out).pop().unwrap();
    assert_eq!(after.connector.resume(&record, NOW_MS), Ok(socket));
    let again = Delivery {
        assignments: vec![assign(70, 6, 0)],
        ..delivery
    };
    let out = after.delivered(&again);
    let told = read_island_changed(&sent(&out)[0].1).conn_str;
    assert!(told.starts_with("ws-room:wss://realm.example/"), "{told}");
}

#[test]
fn repeated_and_outdated_deliveries_change_nothing() {
    let mut shard = Shard::new();
    shard.live(1, 70);
    let first = delivery(&[island(1, &[(1, 1.0)])], &[assign(70, 5, 0)]);
    let second = delivery(&[island(2, &[(1, 1.0)])], &[assign(70, 6, 0)]);
    assert_eq!(sent(&shard.delivered(&first)).len(), 1);
    assert_eq!(sent(&shard.delivered(&first)), []);
    assert_eq!(sent(&shard.delivered(&second)).len(), 1);
    assert_eq!(sent(&shard.delivered(&first)), []);
    assert_eq!(sent(&shard.delivered(&second)), []);
    // It was elsewhere meanwhile, for the realm: the token it has opens nothing any more.
    let same = delivery(&[island(2, &[(1, 1.0)])], &[assign(70, 7, 0)]);
    assert_eq!(sent(&shard.delivered(&same)).len(), 1);
}

#[test]
fn nonsense_in_a_delivery_is_passed_over() {
    let mut shard = Shard::new();
    shard.live(1, 70);
    let mut broken = island(1, &[(1, 1.0)]);
    broken.members.push(Member {
        address: vec![1, 2, 3],
        position: Some(at(0.0, 0.0).into()),
    });
    broken.members.push(Member {
        address: who(2).0.to_vec(),
        position: None,
    });
    let out = shard.delivered(&delivery(
        &[island(0, &[(1, 1.0)]), broken],
        &[assign(70, 5, 0), assign(70, 6, 9), assign(70, 7, 1)],
    ));
    let [(_, frame)] = sent(&out).try_into().unwrap();
    assert_eq!(read_island_changed(&frame).peers.len(), 1);
}
