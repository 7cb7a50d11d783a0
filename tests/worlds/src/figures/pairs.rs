//! Who is near whom.

/// One player on a grid whose cells are as wide as the radius.
#[derive(Clone, Copy)]
struct Entry {
    row: i64,
    column: i64,
    index: usize,
}

/// Calls back for every pair of players within `radius_m` of each other, once.
pub fn each_near_pair(positions: &[f32], radius_m: f64, mut pair: impl FnMut(usize, usize)) {
    let entries = by_cell(positions, radius_m);
    let is_near = |a: usize, b: usize| {
        let along = |axis| f64::from(positions[3 * a + axis]) - f64::from(positions[3 * b + axis]);
        let (dx, dz) = (along(0), along(2));
        dx * dx + dz * dz <= radius_m * radius_m
    };
    // In the next row, the entries before this one are left of all neighbours of the cells still to come.
    let mut below = 0;
    for (at, entry) in entries.iter().enumerate() {
        let (row, column) = (entry.row, entry.column);
        let right = column.saturating_add(1);
        let beside = entries[at + 1..].iter();
        let beside = beside.take_while(|other| other.row == row && other.column <= right);
        let next_row = row.saturating_add(1);
        let left = (next_row, column.saturating_sub(1));
        while below < entries.len() && (entries[below].row, entries[below].column) < left {
            below += 1;
        }
        // At the edge of what cells can count there is no next row.
        let beneath = entries[below..].iter().filter(|_| next_row > row);
        let beneath = beneath.take_while(|other| other.row == next_row && other.column <= right);
        for other in beside.chain(beneath) {
            if is_near(entry.index, other.index) {
                pair(entry.index, other.index);
            }
        }
    }
}

/// All players by row and column of their cell.
fn by_cell(positions: &[f32], cell_m: f64) -> Vec<Entry> {
    let cell = |coordinate: f32| (f64::from(coordinate) / cell_m).floor() as i64;
    let entry = |(index, at): (usize, &[f32])| Entry {
        row: cell(at[2]),
        column: cell(at[0]),
        index,
    };
    let mut entries: Vec<_> = positions.chunks_exact(3).enumerate().map(entry).collect();
    entries.sort_unstable_by_key(|entry| (entry.row, entry.column));
    entries
}
