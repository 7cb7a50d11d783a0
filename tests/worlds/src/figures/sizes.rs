//! How large islands are.

/// Of a set of islands, in players.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// The smallest island.
    pub min: usize,
    /// As many islands are smaller as are larger; between two sizes, their mean.
    pub median: f64,
    /// The largest island.
    pub max: usize,
}

/// The sizes of islands with so many members; `None` if there are none.
pub fn sizes(members: impl IntoIterator<Item = usize>) -> Option<Sizes> {
    let mut members: Vec<_> = members.into_iter().collect();
    members.sort_unstable();
    let middle = members.len() / 2;
    let upper = *members.get(middle)?;
    let lower = if members.len() % 2 == 1 {
        upper
    } else {
        members[middle - 1]
    };
    Some(Sizes {
        min: members[0],
        median: (lower + upper) as f64 / 2.0,
        max: members[members.len() - 1],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two() {
        let of = |min, median, max| Some(Sizes { min, median, max });
        assert_eq!(sizes([]), None);
        assert_eq!(sizes([7]), of(7, 7.0, 7));
        assert_eq!(sizes([9, 1]), of(1, 5.0, 9));
        assert_eq!(sizes([4, 1, 2, 1]), of(1, 1.5, 4));
        assert_eq!(sizes([100, 1, 3]), of(1, 3.0, 100));
    }
}
