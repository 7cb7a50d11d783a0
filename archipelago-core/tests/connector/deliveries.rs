//! What the realm delivers.

use archipelago_core::connector::{Action, Connector, ConnectorConfig};
use archipelago_core::protocol::bus::Member;
use archipelago_core::protocol::v3::{KickedMessage, KickedReason, server_packet};
use archipelago_core::session::Reason;
use archipelago_core::transport::Transport;

use crate::clients::{NOW_MS, at, read, read_island_changed};
use crate::shard::{EPOCH, NAME, Shard, assign, config, delivery, island, kicks, sent, who};

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
        transport.connection_string("I1", &who(1), NOW_MS)
    );
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
    let same = delivery(&[island(2, &[(1, 1.0)])], &[assign(70, 7, 0)]);
    assert_eq!(sent(&shard.delivered(&same)), [], "known already");
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
