//! What holds islands together: each member hangs on another one that is near, and so all hang on one of them.
//!
//! As long as nobody has walked away from whom it hangs on, an island has not come apart; that takes one look at each
//! member. Where somebody has, only that one has to find somebody else (`pieces`).
//!
//! Links are kept with the members, and whether they hold is looked at each time. They never form a circle: one that does
//! not hold is forgotten, and only roots are hung on somebody, of another tree.

use super::members::{Hanging, ROOT};

/// Forgets the links that do not hold any more. How many members hang on nobody, and the first one who has not before.
pub(super) fn look(members: &mut Hanging<'_>, distance_squared: f64) -> (usize, Option<usize>) {
    let (mut roots, mut first) = (0, None);
    let Hanging { grounds, above, .. } = members;
    for (at, (ground, above)) in grounds.iter().zip(above.iter_mut()).enumerate() {
        let support = grounds.get(*above as usize);
        let holds =
            support.is_some_and(|other| ground.squared_distance(*other) <= distance_squared);
        if !holds {
            if first.is_none() && *above == ROOT {
                first = Some(at);
            }
            *above = ROOT;
            roots += 1;
        }
    }
    (roots, first)
}
