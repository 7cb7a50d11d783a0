//! What takes more than a line to say: Markdown.

/// Of the document.
pub const DOCUMENT: &str = "\
The HTTP answers of a realm of Archipelago: who is where, who is with whom, and how to get in.

All answers are for everybody (CORS); nothing here changes anything. Absent fields are left out, never `null`, but for \
the `peer` of a player who is not there. `HEAD` works wherever `GET` does, and `OPTIONS` everywhere.

Every path of a realm is under the realm's name, and those of the first realm are at the root too.";

/// Of the path that clients ask first.
pub const ABOUT: &str = "\
[ADR-110](https://adr.decentraland.org/adr/ADR-110). `content`, `lambdas`, `configurations` and whatever else is there \
are those of a catalyst, if catalysts are configured: the nearest to the client among the best, or the one that it names.";

/// Of the scenes with players.
pub const HOT_SCENES: &str = "\
Worked out once a minute while somebody asks, with what the content server of `CONTENT_URL` knows of the scenes. An older \
answer is given while a new one is on its way, or while the content server does not answer.";

/// Of the rooms.
pub const ROOMS_STATUS: &str = "\
As of the last 10 s. Only rooms of this deployment; those of a LiveKit server are not known here.";

/// Of the players' socket.
pub const WS: &str = "\
Subprotocol `archipelago`, or none. Binary frames, each one protobuf message as `proto/archipelago.proto` says: \
`ClientPacket` from the client, `ServerPacket` from the realm.

1. `challenge_request` with the client's address; `challenge_response` holds a challenge.
2. `signed_challenge` with an auth chain from the address to the challenge; `welcome` holds the client's id.
3. `heartbeat` with the position, about once a second; `island_changed` comes after the first one and whenever the \
client's island changes, with the connection string of its room.

Closed with 1000 when the address has connected again (after `kicked`) or is on the deny list, 1002 for a message that \
does not belong to the stage, 1007 for what is no `ClientPacket`, 1008 for a chain that proves nothing, a player who is \
banned (after `kicked`), silence, or too many messages or connections, 1009 for a frame that is too long, 1012 and 1013 \
when the client should connect again.";

/// Of the viewers' socket.
pub const LIVE: &str = "\
Text frames from the realm, one after each flush, and nothing in return (1008). A frame is JSON: \
`{\"time\", \"maxPeers\", \"joinDistance\", \"players\", \"reassignments\", \"islands\": [{\"id\", \"formed\", \"peers\"}]}`, \
with times in ms since the epoch, and in `peers` x and z of each member in turn, in metres. The first frame also has \
`history`: `[time, players, islands, reassignments]` of the flushes of late.

Closed with 1013 if there are too many viewers, or if the realm does not answer: connect again.";

/// Of a room's socket.
pub const ROOM: &str = "\
Where islands meet if there is no LiveKit. The connection string of `island_changed` names the room and holds the token.

Subprotocol `rfc5`, or none. Binary frames, each one protobuf message (`WsPacket`) as `proto/ws_room.proto` says: \
`peer_identification`, `challenge_message`, `signed_challenge_for_server`, then `welcome_message` with the client's alias \
and who else is there. `peer_update_message` reaches all others; `peer_join_message` and `peer_leave_message` say who \
comes and goes.

Closed with 1000 when the player has moved to another island or has come in again (after `peer_kicked`), 1002, 1007, \
1008 and 1009 as on `/ws`, 1012 and 1013 when the client should connect again or the room is full.";
