//! Many peers at once: handles and typed arrays, no object a peer.

use archipelago_core::engine::{IslandNumber, Peer, Position, Update};
use js_sys::{Array, Float32Array, Float64Array, Object, Uint32Array};
use wasm_bindgen::prelude::*;

use crate::archipelago::{Archipelago, parse_scope, peer_id, time};
use crate::refusal::{Refusal, object};

/// x, y and z.
const COORDINATES: usize = 3;

/// What bulk calls are read into; kept, so that a call allocates nothing once it has seen the largest one.
#[derive(Default)]
pub(crate) struct Scratch {
    coordinates: Vec<f32>,
    positions: Vec<Position>,
    handles: Vec<u32>,
}

#[wasm_bindgen]
impl Archipelago {
    /// Many peers report where they are, by id or by handle. All are taken or none. Returns the handles.
    #[wasm_bindgen(js_name = setPositions)]
    pub fn set_positions(
        &mut self,
        peers: &JsValue,
        positions: &JsValue,
    ) -> Result<Uint32Array, Refusal> {
        if let Some(handles) = peers.dyn_ref::<Uint32Array>() {
            self.read_positions(handles.length(), positions)?;
            self.read_handles(handles)?;
            let Scratch {
                handles: read,
                positions,
                ..
            } = &self.scratch;
            for (handle, position) in read.iter().zip(positions) {
                self.engine.update(peer(*handle), *position);
            }
            return Ok(handles.clone());
        }
        if !Array::is_array(peers) {
            let allowed = "an Array of ids or a Uint32Array of handles";
            return Err(Refusal::new("peers", peers, allowed));
        }
        let ids = peers.unchecked_ref::<Array>();
        self.read_positions(ids.length(), positions)?;
        let ids: Vec<String> = ids
            .iter()
            .enumerate()
            .map(|(at, id)| peer_id(&format!("peers[{at}]"), &id))
            .collect::<Result<_, _>>()?;
        let handles = &mut self.scratch.handles;
        handles.clear();
        for (id, position) in ids.iter().zip(&self.scratch.positions) {
            let peer = self.engine.set_position(id.as_str(), *position, None);
            handles.push(peer.index() as u32);
        }
        Ok(Uint32Array::from(handles.as_slice()))
    }

    /// The handle of an id; undefined if there is no such peer.
    pub fn handle(&self, id: &JsValue) -> Option<u32> {
        let peer = self.engine.peer(id.as_string()?.as_str())?;
        Some(peer.index() as u32)
    }

    /// The id behind a handle; undefined if it is nobody's.
    #[wasm_bindgen(js_name = idOf)]
    pub fn id_of(&self, handle: &JsValue) -> Option<String> {
        let peer = peer(whole(handle)?);
        // A name outlives its peer until the flush that tells of the leave.
        let contained = self.engine.engine().contains(peer);
        contained.then(|| self.engine.name(peer).cloned())?
    }

    /// The flush, told in arrays.
    #[wasm_bindgen(js_name = flushRaw)]
    pub fn flush_raw(&mut self, now_ms: &JsValue, scope: &JsValue) -> Result<Object, Refusal> {
        let (now_ms, scope) = (time(now_ms)?, parse_scope(scope)?);
        let (mut peers, mut left) = (Vec::new(), Vec::new());
        let (mut islands, mut from) = (Vec::new(), Vec::new());
        self.told.flush();
        for update in self.engine.flush_handles(now_ms, scope) {
            match *update {
                Update::ChangeTo {
                    peer,
                    island,
                    from: before,
                } => {
                    self.told.change(before);
                    peers.push(peer.index() as u32);
                    islands.push(number(Some(island)));
                    from.push(number(before));
                }
                Update::Leave { peer, .. } => {
                    self.told.leave();
                    left.push(peer.index() as u32);
                }
            }
        }
        Ok(object(&[
            ("peers", Uint32Array::from(peers.as_slice()).into()),
            ("islands", Float64Array::from(islands.as_slice()).into()),
            ("from", Float64Array::from(from.as_slice()).into()),
            ("left", Uint32Array::from(left.as_slice()).into()),
        ]))
    }

    /// The number of everybody's island by handle; 0 for handles that are in none.
    #[wasm_bindgen(js_name = assignmentsRaw)]
    pub fn assignments_raw(&self) -> Float64Array {
        let engine = self.engine.engine();
        let island_of = |at| number(engine.island_of(Peer::from_index(at)));
        let islands: Vec<f64> = (0..engine.handle_bound()).map(island_of).collect();
        Float64Array::from(islands.as_slice())
    }

    /// All islands, oldest first, in arrays.
    #[wasm_bindgen(js_name = islandsRaw)]
    pub fn islands_raw(&self) -> Object {
        let (mut numbers, mut offsets, mut members) = (Vec::new(), vec![0], Vec::new());
        let (mut centers, mut radii) = (Vec::new(), Vec::new());
        for island in self.engine.engine().islands() {
            numbers.push(number(Some(island.number())));
            members.extend(island.members().iter().map(|peer| peer.index() as u32));
            offsets.push(members.len() as u32);
            let [x, _, z] = island.center();
            centers.extend([x, z]);
            radii.push(island.radius());
        }
        object(&[
            ("numbers", Float64Array::from(numbers.as_slice()).into()),
            ("offsets", Uint32Array::from(offsets.as_slice()).into()),
            ("members", Uint32Array::from(members.as_slice()).into()),
            ("centers", Float64Array::from(centers.as_slice()).into()),
            ("radii", Float64Array::from(radii.as_slice()).into()),
        ])
    }
}

impl Archipelago {
    fn read_positions(&mut self, peers: u32, given: &JsValue) -> Result<(), Refusal> {
        let array = given
            .dyn_ref::<Float32Array>()
            .ok_or_else(|| Refusal::new("positions", given, "a Float32Array"))?;
        let expected = peers as usize * COORDINATES;
        if array.length() as usize != expected {
            let allowed = format!("{expected}: x, y and z of each of {peers} peers");
            return Err(Refusal::new(
                "positions.length",
                &array.length().into(),
                allowed,
            ));
        }
        let Scratch {
            coordinates,
            positions,
            ..
        } = &mut self.scratch;
        coordinates.resize(expected, 0.0);
        array.copy_to(coordinates);
        positions.clear();
        for (at, of_one) in coordinates.chunks_exact(COORDINATES).enumerate() {
            let position = Position::new(of_one[0], of_one[1], of_one[2]);
            positions.push(position.ok_or_else(|| not_finite(at, of_one))?);
        }
        Ok(())
    }

    fn read_handles(&mut self, given: &Uint32Array) -> Result<(), Refusal> {
        let handles = &mut self.scratch.handles;
        handles.resize(given.length() as usize, 0);
        given.copy_to(handles);
        let engine = self.engine.engine();
        match handles
            .iter()
            .position(|handle| !engine.contains(peer(*handle)))
        {
            None => Ok(()),
            Some(at) => Err(Refusal::new(
                format!("peers[{at}]"),
                &handles[at].into(),
                "the handle of a peer",
            )),
        }
    }
}

fn not_finite(peer: usize, coordinates: &[f32]) -> Refusal {
    let axis = coordinates.iter().position(|value| !value.is_finite());
    let at = axis.unwrap_or_default();
    Refusal::new(
        format!("positions[{}]", peer * COORDINATES + at),
        &coordinates[at].into(),
        "a finite number",
    )
}

fn peer(handle: u32) -> Peer {
    Peer::from_index(handle as usize)
}

fn whole(value: &JsValue) -> Option<u32> {
    let number = value.as_f64()?;
    (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number))
        .then_some(number as u32)
}

fn number(island: Option<IslandNumber>) -> f64 {
    island.map_or(0.0, |island| island.get() as f64)
}
