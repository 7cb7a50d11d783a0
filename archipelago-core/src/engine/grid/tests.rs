use super::*;
use crate::engine::Position;

fn grid(places: &[(f32, f32)]) -> Grid {
    let mut peers = Peers::default();
    for (x, z) in places {
        peers.add(State::Member, Position::new(*x, 0.0, *z).unwrap());
    }
    let mut grid = Grid::new(10.0);
    grid.expire();
    grid.refresh(&peers);
    grid
}

fn beside(grid: &Grid, peer: usize, (x, z): (f32, f32)) -> Vec<u32> {
    let ground = Ground::new(x, z);
    grid.beside(Peer::from_index(peer), ground).collect()
}

#[test]
fn cells_hold_those_who_are_there() {
    // With somebody so far away that cells have to be sorted, and without.
    for far in [50.0, 1e30] {
        let places = [(1.0, 1.0), (9.0, 2.0), (2.0, 2.0), (far, -far), (1.0, 40.0)];
        let grid = grid(&places);
        let cells = [0, 1, 2, 3, 4].map(|peer| grid.cell_of(Peer::from_index(peer)));
        assert_eq!(cells[0], cells[2]);
        let entries = grid.entries(cells[0]).iter();
        let peers: Vec<_> = entries.map(|entry| entry.peer.index()).collect();
        assert_eq!(peers, [0, 2]);
        let beside = |peer: usize| beside(&grid, peer, places[peer]);
        assert_eq!(beside(0), [cells[1]]);
        assert_eq!(beside(1), [cells[0]]);
        assert_eq!((beside(3), beside(4)), (vec![], vec![]));
        assert_eq!(grid.around(cells[0]).collect::<Vec<_>>(), [cells[1]]);
        assert!(cells.iter().all(|cell| *cell < grid.cell_bound() as u32));
    }
    let empty = grid(&[]);
    assert!((0..empty.cell_bound() as u32).all(|cell| empty.entries(cell).is_empty()));
}

#[test]
fn nobody_near_is_missed() {
    let near = |n: u16| f32::from(n % 101 * 37 % 101) * 0.9;
    for far in [0.0, 1e9] {
        let mut places: Vec<_> = (0..300).map(|n| (near(n), near(n * 7 + 3))).collect();
        places.push((far, far));
        let grid = grid(&places);
        let at = |peer: usize| Ground::new(places[peer].0, places[peer].1);
        for (a, b) in (0..300).flat_map(|a| (0..300).map(move |b| (a, b))) {
            if at(a).squared_distance(at(b)) <= 100.0 {
                let cell = grid.cell_of(Peer::from_index(b));
                let is_here = cell == grid.cell_of(Peer::from_index(a));
                assert!(
                    is_here || beside(&grid, a, places[a]).contains(&cell),
                    "{a} {b}"
                );
            }
        }
    }
}
