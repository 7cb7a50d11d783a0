//! The invariants of the rules, tried on the model: when engine and model agree, they hold for both.

use archipelago_core::engine::Scope;

use super::model::Model;

impl Model {
    /// Invariants 1 to 4 and 6. Those that a full flush establishes are asked only after one.
    pub fn keeps_the_rules(&self, scope: Scope) -> Result<(), String> {
        let members = || self.islands().iter().flat_map(|island| &island.members);
        for peer in self.reported().iter().chain(members()) {
            let times = members().filter(|member| *member == peer).count();
            if times != 1 || !self.knows(*peer) {
                return Err(format!("{peer} is in {times} islands"));
            }
        }
        if !self.islands().is_sorted_by(|a, b| a.number < b.number) {
            return Err("numbers do not grow".to_owned());
        }
        for island in self.islands() {
            if island.members.is_empty() || island.members.len() > self.max_peers() {
                return Err(format!(
                    "{} has {} members",
                    island.number,
                    island.members.len()
                ));
            }
        }
        match scope {
            Scope::Full => self.is_settled(),
            Scope::Arrivals => Ok(()),
        }
    }

    fn is_settled(&self) -> Result<(), String> {
        let free: Vec<_> = self
            .islands()
            .iter()
            .filter(|island| !self.is_pinned(island.number))
            .collect();
        for (at, island) in free.iter().enumerate() {
            if self.groups(&island.members).len() > 1 {
                return Err(format!("{} has a gap", island.number));
            }
            for other in &free[at + 1..] {
                let fits = island.members.len() + other.members.len() <= self.max_peers();
                if fits && self.adjacent(island.number, other.number) {
                    return Err(format!(
                        "{} and {} could be one",
                        island.number, other.number
                    ));
                }
            }
        }
        Ok(())
    }
}
