//! What a client may send, and why not more.

use crate::auth::CHAIN_MAX_BYTES;

/// The longest frame during the handshake: twice the longest authentication chain, so that one that is somewhat too
/// long is still answered with what is wrong with it.
pub const HANDSHAKE_FRAME_MAX_BYTES: usize = 2 * CHAIN_MAX_BYTES;

/// The longest frame of a live session: a heartbeat is a position (17 bytes) and a room name.
pub const LIVE_FRAME_MAX_BYTES: usize = 1024;

/// How many messages a second a client may send, whatever they are: explorers send up to ten heartbeats a second while they
/// move.
pub const MESSAGES_PER_SECOND_MAX: u32 = 20;

/// How long a client may have sent nothing and send all of it at once, in ms: what a mobile network that stalls for twenty
/// seconds has held back comes in one go.
pub const MESSAGES_BURST_MS: u64 = 10_000;

/// How often a second a session's heartbeats are forwarded to the realm at most, besides its first: islands are formed anew
/// every two seconds, so that more would tell nobody more.
pub const HEARTBEATS_FORWARDED_PER_SECOND_MAX: u64 = 4;

/// The longest wish for a room: an island's id has 29 bytes at most, so what is longer names none.
pub const DESIRED_ROOM_MAX_BYTES: usize = 64;

/// How far from the origin a position may be on each axis, in metres: the world of Decentraland ends below 3 km, others are
/// larger. An f32 still tells 6 cm apart out there, and sums over an island stay exact in f64.
pub const POSITION_MAX_M: f32 = 1_000_000.0;

/// How many handshakes may be under way at once from one block of IP addresses (IPv4: /24, IPv6: /48) on one connector: a
/// handshake takes a client a second, so that a whole school can come in within some of them. Beyond it the oldest ends, so
/// that nobody holds the places by being silent.
pub const HANDSHAKES_PER_BLOCK_MAX: usize = 256;

/// How many sockets from one block of IP addresses may go on sending after they were closed until nobody else comes in from
/// there: the platform reads to the end what their clients have sent before it notices that they are gone, and each takes
/// its turn with everybody else's. Of those who mean no harm, only what was on its way arrives.
pub const RESTLESS_PER_BLOCK_MAX: usize = 16;

/// How long a client who does not come in for that reason waits for the answer, in ms: who comes again at once would keep
/// the platform from doing anything else.
pub const RESTLESS_ANSWER_MS: u64 = 1_000;

/// How many sockets of one address that was proven a connector has, those included that are still vetted: clients try
/// three times, and whoever opens ten windows at once sees nine of them kicked. Beyond it the oldest ends.
pub const SOCKETS_PER_ADDRESS_MAX: usize = 16;

/// How long the node may take to answer everything there is to ask about one chain, in ms: two calls of a second each for
/// two contracts, and a second to spare.
pub const CONTRACT_CHECK_MAX_MS: u64 = 5_000;

/// How many requests to services outside an object may have open at once: the platform keeps others waiting, and their time
/// runs.
pub const CONNECTIONS_MAX: usize = 6;

/// How many chains a connector or a room asks contracts about at once: those who ask have proven nothing yet, and choose
/// the contract. Everybody else's bans must still be checked in time.
pub const CONTRACT_CHECKS_MAX: usize = 2;

/// About how many chains a second a connector asks contracts: each may cost two calls a link, which somebody pays for.
pub const CONTRACT_CHECKS_PER_SECOND_MAX: u32 = 10;

/// How much gas a contract may burn to check a signature: a multisignature wallet with a dozen owners takes a tenth.
pub const CONTRACT_GAS_MAX: u64 = 5_000_000;

/// How long the ban check may take, in ms; then the player gets in.
pub const BAN_CHECK_MAX_MS: u64 = 1_000;

/// About how many players sweeps ask at once, over all connectors; each asks about one at least.
pub const BAN_CHECKS_MAX: usize = 20;

/// About how many players a sweep of one connector asks at once.
pub const BAN_CHECKS_PER_CONNECTOR_MAX: usize = 3;

/// How many players a sweep asks about in one go. The next ones are asked about in another: the platform counts the
/// requests of each.
pub const BAN_CHECKS_BATCH: usize = 500;

/// How long the deny list may take, in ms; then nobody is denied.
pub const DENY_LIST_MAX_MS: u64 = 1_000;

/// How long a deny list is good, also one that could not be had, in ms.
pub const DENY_LIST_TTL_MS: u64 = 300_000;

/// The longest deny list that is read, in bytes: about fifty thousand entries.
pub const DENY_LIST_MAX_BYTES: usize = 4 * 1024 * 1024;

/// How many catalysts can be named, on each list: about twice as many as there are.
pub const CATALYSTS_MAX: usize = 32;

/// How long a catalyst may take to answer, in ms; then it is left out. As many as [`CONNECTIONS_MAX`] are asked at once:
/// others would wait for a connection, and their time would run.
pub const CATALYST_PROBE_MAX_MS: u64 = 1_000;

/// How long a round takes in which as many catalysts as there may be say nothing, in ms.
const CATALYST_ROUND_MAX_MS: u64 =
    CATALYSTS_MAX.div_ceil(CONNECTIONS_MAX) as u64 * CATALYST_PROBE_MAX_MS;

/// The longest `/about` of a catalyst that is read, in bytes: they have two or three KiB, and all are kept.
pub const CATALYST_ABOUT_MAX_BYTES: usize = 64 * 1024;

/// How long what the catalysts have answered is good, in ms.
pub const CATALYSTS_TTL_MS: u64 = 30_000;

/// How old it may be and still be shown while they are asked again, in ms. Where it was well last night, nobody need be sent
/// this morning.
pub const CATALYSTS_STALE_MS: u64 = 2 * CATALYSTS_TTL_MS;

/// How long the catalysts are left alone when none was left, in ms: one bad second must not keep everybody out for long, and
/// who comes meanwhile does not wait.
pub const CATALYSTS_RETRY_MS: u64 = 5_000;

/// How long a round may be under way until it is taken for lost, in ms.
pub const CATALYST_ROUND_LOST_MS: u64 = 10_000;

/// How many pointers a content server is asked about in one request: with those of all the files of a hundred scenes, the
/// answer has some MB at most.
pub const SCENE_POINTERS_MAX: usize = 100;

/// How many requests to the content server the hot scenes may take: the platform's smallest plan allows fifty for one of
/// ours. Players on parcels beyond that, the least crowded ones of four thousand, do not count.
pub const SCENE_REQUESTS_MAX: usize = 40;

/// How many of them are under way at once: their answers share the memory of an isolate (128 MB) with everything else.
pub const SCENE_REQUESTS_AT_ONCE: usize = 3;

/// The longest answer of the content server that is read, in bytes.
pub const SCENES_ANSWER_MAX_BYTES: usize = 8 * 1024 * 1024;

/// How long the content server may take for all requests together, in ms: some tenths of a second for each.
pub const SCENES_MAX_MS: u64 = 20_000;

/// How long a client waits for that who cannot be shown what was before, in ms.
pub const SCENES_WAIT_MAX_MS: u64 = 5_000;

/// How long the hot scenes are good, in ms.
pub const SCENES_TTL_MS: u64 = 60_000;

/// How long the content server is left alone after it has failed, in ms.
pub const SCENES_RETRY_MS: u64 = 10_000;

/// How long the hot scenes may be worked out until that is taken for lost, in ms.
pub const SCENES_LOST_MS: u64 = SCENES_MAX_MS + 1_000;

/// How long the platform lets work go on whose client has been answered, in ms.
const BACKGROUND_MAX_MS: u64 = 30_000;

/// How many hot scenes are told, as the production services do.
pub const HOT_SCENES_MAX: usize = 100;

/// How many parcels of a scene are read: the largest districts have eight thousand.
pub const SCENE_PARCELS_MAX: usize = 10_000;

/// How many files of a scene are looked through for its picture: large scenes have some thousands.
pub const SCENE_FILES_MAX: usize = 20_000;

/// The longest text about a scene that is read, in bytes: descriptions have some hundred characters.
pub const SCENE_TEXT_MAX_BYTES: usize = 4 * 1024;

/// The longest answer of a node or of the ban check that is read, in bytes: what is looked for is at its beginning.
pub const ANSWER_MAX_BYTES: usize = 64 * 1024;

/// The longest URL of a request, in bytes: that of a request for the positions of some three hundred peers.
pub const URL_MAX_BYTES: usize = 16 * 1024;

/// How long the headers of a request may be, in bytes of names and values: browsers send two or three KiB.
pub const HEADERS_MAX_BYTES: usize = 32 * 1024;

/// How long the list of subprotocols that a client offers may be, in bytes: clients offer one.
pub const SUBPROTOCOLS_MAX_BYTES: usize = 256;

/// How many sockets a connector takes: the platform allows 32,768 an object, those that are closing included.
pub const CONNECTOR_SOCKETS_MAX: usize = 20_000;

/// How many messages an object takes in one go, before it lets the platform look after everybody else: some ten ms of work.
pub const BREATH_MESSAGES: u32 = 256;

/// How many messages of sockets that are closed an object takes in one go: nobody waits for them.
pub const BREATH_CLOSED_MESSAGES: u32 = 32;

/// How many lookups a second a connector may ask of the realm: they come from clients that have proven nothing. Beyond
/// it, addresses count as not connected.
pub const LOOKUPS_PER_SECOND_MAX: u32 = 500;

/// How long a connector that has only numbers to tell waits after its last report, in ms: who causes them may have proven
/// nothing. Less than anybody scrapes, and nothing beside the lookups.
pub const COUNTS_REST_MS: u64 = 1_000;

/// How many realms a deployment has: `/realms` asks all of them at once, and the platform counts what a request asks.
pub const REALMS_MAX: usize = 16;

/// How often a second a player's tokens may be tried at one instance of the routes: each try is a question to the realm.
/// Clients try three times at once; a realm answers some thousands a second.
pub const ROOM_TRIES_PER_SECOND_MAX: u32 = 50;

/// How often a second one instance of the routes may ask the realm for the key of its rooms, until it has got it: those for
/// whom it asks have proven nothing.
pub const KEY_REQUESTS_PER_SECOND_MAX: u32 = 100;

/// The longest origin under which a client may reach the realm: a host name has 253 bytes at most (RFC 1035), a scheme and
/// a port come to it.
pub const ORIGIN_MAX_BYTES: usize = 272;

/// The longest reason of a close frame: a control frame carries 125 bytes, two of them the code (RFC 6455, 5.5.1).
pub const CLOSE_REASON_MAX_BYTES: usize = 123;

/// The longest id of a room: a realm's name has 64 bytes at most, an island's id 29.
pub const ROOM_ID_MAX_BYTES: usize = 128;

/// How many players a room takes. An island has 100 by default; half as many again leave room for those who arrive before
/// others have gone. Not more, because every packet goes to all the others: the work grows with the square.
pub const ROOM_PLAYERS_MAX: usize = 150;

/// How many sockets a room has, those in the handshake and those that are muted included: a whole island may be leaving
/// while another one arrives, and everybody may retry once.
pub const ROOM_SOCKETS_MAX: usize = 512;

/// How many handshakes a player may have under way in a room at once: clients try three times. Beyond it the oldest ends, so
/// that nobody fills the room with the sockets of one token.
pub const ROOM_HANDSHAKES_PER_PLAYER_MAX: usize = 4;

/// The longest frame of a player in a room: clients cap a scene's message at about 30 KB, twice that leaves room.
pub const ROOM_FRAME_MAX_BYTES: usize = 64 * 1024;

/// How many packets a second a player may send: voice is 50 frames a second, movement 10 to 30, the rest is for scenes.
pub const ROOM_PACKETS_PER_SECOND_MAX: u32 = 200;

/// A packet counts as one for every such part of it that it begins, so that bytes are limited with the packets.
pub const ROOM_PACKET_UNIT_BYTES: usize = 1024;

/// How long a player may have sent nothing and send all of it at once, in ms: scenes that load do.
pub const ROOM_BURST_MS: u64 = 2_000;

/// How many bytes may wait for a socket until it gets no more unreliable packets: about a second of the movements of a
/// full room. What waits longer is out of date.
pub const ROOM_UNRELIABLE_BACKLOG_MAX_BYTES: usize = 64 * 1024;

/// How many bytes may wait for a socket until it is closed: sixteen times what anybody lets wait who keeps up. A third of a
/// full room at this limit leaves an object more than half of its memory (128 MB).
pub const ROOM_BACKLOG_MAX_BYTES: usize = 1024 * 1024;

/// How long a socket must have let too much wait until [`ROOM_BACKLOG_MAX_BYTES`] closes it, in ms: when many talk at once,
/// much may be on its way to somebody who takes it in the next moment.
pub const ROOM_STALL_MIN_MS: u64 = 250;

/// How long more than [`ROOM_UNRELIABLE_BACKLOG_MAX_BYTES`] may wait for a socket until it is closed, in ms: a hiccup of
/// a mobile network is shorter.
pub const ROOM_SLOW_MAX_MS: u64 = 5_000;

/// How many sends a ms a room may make until it gathers them: about half of what one core of the platform can do one by
/// one (20 to 30 µs each, measured with `npm run bench -- room`).
pub const ROOM_BATCH_SENDS_PER_MS: u64 = 25;

/// How long packets are gathered at most, in ms: half of the time between two movements of a player.
pub const ROOM_BATCH_REST_MAX_MS: u64 = 50;

/// How many sends a batch may be until the outdated packets in it are left out: about a fifth of a second of work. While a
/// larger one is sent, more comes in than can ever be caught up with. 150 players reach it at 20 packets a second each.
pub const ROOM_BATCH_SENDS_MAX: usize = 20_000;

/// For how long a look at the realm is as good as a new one, in ms: however many ask an isolate for the stats, it asks the
/// realm, and serialises what that says, four times a second.
pub const STATS_FRESH_MS: u64 = 250;

/// How old a look may be that is shown while the realm is asked for the next, in ms: with the age that it has when it comes,
/// what the stats promise.
pub const STATS_AGE_MAX_MS: u64 = 800;

/// For how long the realm answers all isolates that ask with one snapshot, in ms.
pub const SNAPSHOT_SHARED_MS: u64 = 200;

/// How old what the stats show may be, in ms.
const STATS_PROMISE_MS: u64 = 1_000;

/// How long one request may ask the realm until another one does, in ms: if its client has gone, nobody will ever say what
/// has come of it.
pub const STATS_ASKING_MAX_MS: u64 = 500;

/// What can be kept with a socket, in bytes: less than every version of the platform allows.
pub const ATTACHMENT_MAX_BYTES: usize = 2_000;

const _: () = assert!(LIVE_FRAME_MAX_BYTES < HANDSHAKE_FRAME_MAX_BYTES);
const _: () = assert!(ROOM_PLAYERS_MAX < ROOM_SOCKETS_MAX);
// The longest frame is no reason to close who has just been quick enough.
const _: () =
    assert!(ROOM_UNRELIABLE_BACKLOG_MAX_BYTES + ROOM_FRAME_MAX_BYTES < ROOM_BACKLOG_MAX_BYTES);
// A player who has been silent may send the longest frame.
const _: () = assert!(
    (ROOM_FRAME_MAX_BYTES / ROOM_PACKET_UNIT_BYTES) as u64 * 1_000
        <= ROOM_BURST_MS * ROOM_PACKETS_PER_SECOND_MAX as u64
);
// A login is checked while contracts are asked and a sweep is made.
const _: () = assert!(CONTRACT_CHECKS_MAX + BAN_CHECKS_PER_CONNECTOR_MAX < CONNECTIONS_MAX);
// When one that asked has given up, the next one asks as long as there is still something to show.
const _: () = assert!(STATS_FRESH_MS + STATS_ASKING_MAX_MS < STATS_AGE_MAX_MS);
const _: () = assert!(STATS_AGE_MAX_MS + SNAPSHOT_SHARED_MS <= STATS_PROMISE_MS);
// A round that takes all its time is not lost.
const _: () = assert!(CATALYST_ROUND_MAX_MS < CATALYST_ROUND_LOST_MS);
// While what there is grows old, there is time to ask again.
const _: () = assert!(CATALYSTS_TTL_MS + CATALYST_ROUND_LOST_MS < CATALYSTS_STALE_MS);
// What is taken for lost is over.
const _: () =
    assert!(CATALYST_ROUND_LOST_MS < BACKGROUND_MAX_MS && SCENES_LOST_MS < BACKGROUND_MAX_MS);
// Whoever asks for something else need not wait for a connection.
const _: () = assert!(SCENE_REQUESTS_AT_ONCE < CONNECTIONS_MAX);
// Paces are in whole ms.
const _: () = assert!(1_000 % ROOM_PACKETS_PER_SECOND_MAX == 0);
const _: () = assert!(1_000 % MESSAGES_PER_SECOND_MAX == 0);
const _: () = assert!(1_000 % HEARTBEATS_FORWARDED_PER_SECOND_MAX == 0);
