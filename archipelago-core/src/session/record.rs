//! Sessions as bytes: what is kept with a socket while its connector sleeps.

use std::net::IpAddr;

use prost::Message as _;

use crate::auth::Address;
use crate::engine::{IslandNumber, Position};
use crate::protocol::bus::session_record::{
    AwaitingRequest, AwaitingSignature, LiveRecord, Stage as StageRecord,
};
use crate::protocol::bus::{LiveSession, SessionRecord};
use crate::protocol::common;
use crate::protocol::limits::ORIGIN_MAX_BYTES;

use super::{Live, Session, SessionNumber, Stage};

/// The longest record: every other field at its widest is below 180 bytes.
pub const SESSION_RECORD_MAX_BYTES: usize = 256 + ORIGIN_MAX_BYTES;

const VERSION: u32 = 1;

/// A live session is kept again when it was heard this much later than its record says, in ms: not with every
/// heartbeat, and often enough that a silent client is not taken for one that has just spoken.
pub(super) const RECORD_AGE_MAX_MS: u64 = 10_000;

/// A record cannot be read; the socket has to be closed, the client will come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unreadable session record")]
pub struct RecordError;

impl Live {
    /// The session as connectors list it to the realm.
    pub fn to_listed(&self) -> LiveSession {
        LiveSession {
            session: self.number.0,
            address: self.address.0.to_vec(),
            position: self.position.map(common::Position::from),
            told_island: self.told.map_or(0, IslandNumber::get),
            assignment: self.assignment,
            position_is_old: false,
        }
    }
}

impl Session {
    /// The session's record; none once the session is closed. A session that awaits an answer from the realm cannot be
    /// taken up again, and its record says so: it has no stage.
    pub fn to_record(&mut self, socket: u64) -> Option<Vec<u8>> {
        let stage = match self.stage() {
            Stage::AwaitingRequest => Some(StageRecord::AwaitingRequest(AwaitingRequest {})),
            Stage::AwaitingSignature { challenge } => {
                Some(StageRecord::AwaitingSignature(AwaitingSignature {
                    challenge: challenge.clone(),
                }))
            }
            Stage::Live(live) => Some(StageRecord::Live(LiveRecord {
                session: Some(live.to_listed()),
                assignment: 0,
            })),
            Stage::LookingUp | Stage::Vetting { .. } | Stage::Joining { .. } => None,
            Stage::Closed => return None,
        };
        let record = SessionRecord {
            version: VERSION,
            socket,
            since_ms: self.since_ms(),
            stage,
            origin: self.origin().to_owned(),
            ip: self.ip().map(octets).unwrap_or_default(),
        };
        self.kept();
        Some(record.encode_to_vec())
    }

    /// Reads a record: the socket's number and its session. A live client may have been heard later than its record
    /// says, by the age that a record may have.
    ///
    /// # Errors
    /// The bytes are no record, or one of a version that this build does not know.
    pub fn from_record(bytes: &[u8]) -> Result<(u64, Self), RecordError> {
        let record = SessionRecord::decode(bytes).map_err(|_| RecordError)?;
        if record.version != VERSION {
            return Err(RecordError);
        }
        let stage = match record.stage.ok_or(RecordError)? {
            StageRecord::AwaitingRequest(_) => Stage::AwaitingRequest,
            StageRecord::AwaitingSignature(AwaitingSignature { challenge }) => {
                Stage::AwaitingSignature { challenge }
            }
            StageRecord::Live(live) => Stage::Live(read_live(&live)?),
        };
        let session = Self::resumed(stage, record.origin, record.since_ms);
        Ok((record.socket, session.from_ip(read_ip(&record.ip))))
    }
}

/// What is kept of a record when its socket is closed: the socket stays until the client has answered, and is counted.
pub fn without_session(record: &[u8]) -> Option<Vec<u8>> {
    let record = SessionRecord::decode(record).ok()?;
    let closed = SessionRecord {
        stage: None,
        origin: String::new(),
        ..record
    };
    Some(closed.encode_to_vec())
}

/// A socket without a session that can be taken up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeftOver {
    /// Its number.
    pub socket: u64,
    /// Where its client is.
    pub ip: Option<IpAddr>,
    /// Whether this side has closed it; otherwise its session was waiting for an answer.
    pub was_closed: bool,
}

/// What the record says of a socket without a session; none if it is not one of those.
pub(crate) fn read_left_over(record: &[u8]) -> Option<LeftOver> {
    let record = SessionRecord::decode(record).ok()?;
    let is_left = record.version == VERSION && record.stage.is_none() && record.socket != 0;
    is_left.then(|| LeftOver {
        socket: record.socket,
        ip: read_ip(&record.ip),
        was_closed: record.origin.is_empty(),
    })
}

fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}

fn read_ip(octets: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(octets).map(IpAddr::from);
    let v6 = || <[u8; 16]>::try_from(octets).map(IpAddr::from);
    v4.or_else(|_| v6()).ok()
}

fn read_live(record: &LiveRecord) -> Result<Live, RecordError> {
    let listed = record.session.as_ref().ok_or(RecordError)?;
    Ok(Live {
        number: SessionNumber(listed.session),
        address: Address::try_from(listed.address.as_slice()).map_err(|_| RecordError)?,
        position: listed.position.and_then(Position::from_message),
        told: IslandNumber::new(listed.told_island),
        assignment: listed.assignment.max(record.assignment),
    })
}
