//! A piece of ground all of whose cells are counted, empty ones included: what is beside what is a matter of counting.

use std::ops::Range;

use super::lattice::{AWAY, COLUMNS, Key};

/// There may be so many cells for each peer, and some more.
const SPARE_CELLS: usize = 4;
const CELLS_MIN: usize = 4096;
/// So many columns and rows around everybody are for those who walk out of the ground that was taken.
const MARGIN: i64 = 8;

/// A rectangle of cells in columns. At its border nobody is, so that all cells around somebody are inside.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    left: i32,
    bottom: i32,
    /// 0 of an empty one.
    columns: u32,
    rows: u32,
}

impl Window {
    /// The one around so many peers in cells from the least column and row to the highest; an empty one if there would
    /// be too many cells.
    pub fn around(min: Key, max: Key, count: usize) -> Self {
        let wide = Self::between(min, max, AWAY + MARGIN);
        let narrow = Self::between(min, max, AWAY);
        let fits = |window: &Self| count > 0 && window.suits(count);
        [wide, narrow].into_iter().find(fits).unwrap_or_default()
    }

    fn between(min: Key, max: Key, margin: i64) -> Self {
        let near = |at: i64| i32::try_from(at).ok();
        let span = |min: i64, max: i64| {
            let span = max.checked_sub(min)?.checked_add(1 + 2 * margin)?;
            u32::try_from(span).ok()
        };
        let window = || {
            Some(Self {
                left: near(min.0.checked_sub(margin)?)?,
                bottom: near(min.1.checked_sub(margin)?)?,
                columns: span(min.0, max.0)?,
                rows: span(min.1, max.1)?,
            })
        };
        window().unwrap_or_default()
    }

    /// Whether it is one at all.
    pub fn is_open(self) -> bool {
        self.columns > 0
    }

    /// Whether it is not too large for so many peers.
    pub fn suits(self, peers: usize) -> bool {
        let most = SPARE_CELLS.saturating_mul(peers).max(CELLS_MIN);
        self.is_open() && self.cells() <= most
    }

    pub fn cells(self) -> usize {
        (self.columns as usize).saturating_mul(self.rows as usize)
    }

    /// The number of a cell; `None` if it is outside, or at the border.
    pub fn cell(self, (column, row): (i32, i32)) -> Option<u32> {
        let inside = |at: u32, count: u32| {
            let border = AWAY as u32;
            at >= border && at < count.saturating_sub(border)
        };
        let column = column.wrapping_sub(self.left) as u32;
        let row = row.wrapping_sub(self.bottom) as u32;
        (inside(column, self.columns) && inside(row, self.rows)).then(|| column * self.rows + row)
    }

    /// Where a cell is.
    pub fn key(self, cell: u32) -> Key {
        let (column, row) = (cell / self.rows, cell % self.rows);
        (
            i64::from(self.left) + i64::from(column),
            i64::from(self.bottom) + i64::from(row),
        )
    }

    /// Of the cells around one that is not at the border, those in some rows of each column.
    #[inline]
    pub fn runs_of(self, cell: u32, rows: [(u8, u8); COLUMNS]) -> [Range<u32>; COLUMNS] {
        let away = AWAY as u32;
        let mut corner = cell - away * self.rows - away;
        rows.map(|(first, end)| {
            let run = corner + u32::from(first)..corner + u32::from(end);
            corner += self.rows;
            run
        })
    }

    /// The cells around one that is not at the border: a run of them in each column.
    pub fn runs(self, cell: u32) -> [Range<u32>; COLUMNS] {
        self.runs_of(cell, [(0, COLUMNS as u8); COLUMNS])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn around_somebody_everything_is_inside() {
        let keys = [(-7, 100), (3, 90), (5, 108)];
        let window = Window::around((-7, 90), (5, 108), keys.len());
        for (column, row) in keys {
            let cell = window.cell((column as i32, row as i32)).unwrap();
            assert_eq!(window.key(cell), (column, row));
            let around: Vec<Key> = window
                .runs(cell)
                .into_iter()
                .flatten()
                .map(|at| window.key(at))
                .collect();
            let expected: Vec<Key> = (-AWAY..=AWAY)
                .flat_map(|x| (-AWAY..=AWAY).map(move |z| (column + x, row + z)))
                .collect();
            assert_eq!(around, expected);
        }
        assert_eq!(window.cell((-7 - MARGIN as i32 - 1, 100)), None);
        assert_eq!(window.cell((i32::MAX, i32::MIN)), None);
    }

    #[test]
    fn too_much_ground_is_not_counted() {
        assert!(!Window::around((0, 0), (0, 0), 0).is_open());
        assert!(!Window::around((0, 0), (5000, 5000), 2).is_open());
        assert!(!Window::around((0, 0), (1 << 42, 0), 2).is_open());
        assert!(!Window::around((0, i64::MIN), (i64::MAX, 0), 2).is_open());
        assert_eq!(Window::default().cell((0, 0)), None);
    }
}
