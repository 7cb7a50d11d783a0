//! What must hold after every event: of everybody and every island there is one.

use std::collections::{BTreeMap, BTreeSet};

use super::World;
use super::message::{Address, IslandId, Message, Offered, PlayerId, RegionId, Row};

impl World {
    /// # Errors
    /// What does not hold.
    pub(super) fn check(&mut self) -> Result<(), String> {
        self.check_players()?;
        self.check_islands()
    }

    /// Islands on their way that still belong to their giver, because the taker has not stored them.
    fn on_their_way(&self) -> impl Iterator<Item = (RegionId, &Offered)> {
        let regions = self.regions.iter();
        let transfers = regions.flat_map(|region| {
            region
                .stored
                .outgoing
                .iter()
                .map(|(taker, transfer)| (region.id, *taker, transfer))
        });
        transfers.flat_map(|(giver, taker, transfer)| {
            let answer = self.regions[taker].stored.taken.get(&giver);
            let answer = answer.filter(|(number, _)| *number >= transfer.number);
            let islands = transfer.islands.iter().enumerate();
            let theirs =
                move |at: usize| answer.is_some_and(|(_, taken)| taken.get(at) == Some(&true));
            islands
                .filter(move |(at, _)| !theirs(*at))
                .map(move |(_, offered)| (giver, offered))
        })
    }

    /// All islands with their owners.
    pub(super) fn owned(&self) -> Vec<(RegionId, &Row)> {
        let regions = self.regions.iter();
        let active =
            regions.flat_map(|region| region.stored.islands.values().map(|row| (region.id, row)));
        let moving = self
            .on_their_way()
            .map(|(giver, offered)| (giver, &offered.row));
        active.chain(moving).collect()
    }

    fn check_players(&mut self) -> Result<(), String> {
        let mut owners: BTreeMap<PlayerId, Vec<RegionId>> = BTreeMap::new();
        for (owner, row) in self.owned() {
            for player in &row.members {
                owners.entry(*player).or_default().push(owner);
            }
        }
        for region in &self.regions {
            for player in &region.stored.newcomers {
                owners.entry(*player).or_default().push(region.id);
            }
            let members = region.stored.islands.values().flat_map(|row| &row.members);
            let known: BTreeSet<_> = members.chain(&region.stored.newcomers).collect();
            if !known.into_iter().eq(region.stored.sessions.keys()) {
                return Err(format!("region {} does not know who is there", region.id));
            }
        }
        if let Some((player, owners)) = owners.iter().find(|(_, owners)| owners.len() > 1) {
            return Err(format!("{player} is owned by {owners:?}"));
        }
        let lost = self
            .alive
            .iter()
            .find(|player| !owners.contains_key(player));
        if let Some(player) = lost {
            return Err(format!("{player} is owned by nobody"));
        }
        let here = self
            .players()
            .into_iter()
            .filter(|player| owners.contains_key(player));
        let here: Vec<PlayerId> = here.collect();
        self.alive.extend(here);
        Ok(())
    }

    fn check_islands(&mut self) -> Result<(), String> {
        let most = self.setting.squares.engine.max_peers() as usize;
        let mut ids = BTreeSet::new();
        for (owner, row) in self.owned() {
            if !(1..=most).contains(&row.members.len()) {
                return Err(format!("{:?} has {} members", row.id, row.members.len()));
            }
            if !ids.insert(row.id) {
                return Err(format!("{:?} is there twice, once at {owner}", row.id));
            }
            if self.gone.contains(&row.id) {
                return Err(format!("{:?} has come back", row.id));
            }
        }
        self.gone.extend(self.islands.difference(&ids));
        self.islands = ids;
        Ok(())
    }

    /// Nobody is told two things under the same version, and nobody an island that is not its own.
    pub(super) fn note_told(&mut self, mail: &[(Address, Message)]) -> Result<(), String> {
        for (_, message) in mail {
            let Message::Told {
                region,
                player,
                version,
                island,
            } = message
            else {
                continue;
            };
            let what: (RegionId, IslandId) = (*region, *island);
            let said = *self.told.entry((*player, *version)).or_insert(what);
            if said != what {
                return Err(format!(
                    "version {version} for {player} is {said:?} and {what:?}"
                ));
            }
            let stored = &self.regions[*region].stored;
            let number = stored.find(*island);
            if !number.is_some_and(|number| stored.islands[&number].members.contains(player)) {
                return Err(format!("{player} is told {island:?}, and is not in it"));
            }
        }
        Ok(())
    }
}
