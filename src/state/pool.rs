//! Selects the removed objects worth comparing with an added one: comparing all pairs takes quadratic time.
//!
//! Must not know what the objects are, or how similar two of them are.

use std::collections::BTreeMap;

/// As many things are compared with everything.
const FEW: usize = 64;

/// A trait that more things have than this tells none of them apart.
const COMMON: usize = 32;

/// Things by their traits.
pub(super) struct Pool {
    count: usize,
    /// Who has a trait; more than [`COMMON`] are not listed.
    by_trait: BTreeMap<String, Vec<usize>>,
}

impl Pool {
    /// Of things, each given by its traits.
    pub(super) fn new(things: impl Iterator<Item = Vec<String>>) -> Self {
        let mut pool = Self { count: 0, by_trait: BTreeMap::new() };
        for traits in things {
            for name in traits {
                let holders = pool.by_trait.entry(name).or_default();
                if holders.len() <= COMMON && holders.last() != Some(&pool.count) {
                    holders.push(pool.count);
                }
            }
            pool.count += 1;
        }
        pool
    }

    /// The numbers of those that may be like something with these traits.
    pub(super) fn near(&self, traits: impl Iterator<Item = String>) -> Vec<usize> {
        if self.count <= FEW {
            return (0..self.count).collect();
        }
        let holders = traits.filter_map(|name| self.by_trait.get(&name)).filter(|holders| holders.len() <= COMMON);
        let mut found: Vec<usize> = holders.flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The traits of a name: its words, and what stands together in it.
pub(super) fn of_name(name: &str) -> Vec<String> {
    let name = name.to_lowercase();
    let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut traits: Vec<String> = words.map(|word| format!("word {word}")).collect();
    let framed: Vec<char> = std::iter::once(' ').chain(name.chars()).chain([' ']).collect();
    traits.extend(framed.windows(4).map(|letters| letters.iter().collect()));
    traits.push(name);
    traits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_all_near_and_many_only_by_what_is_rare() {
        let name = |prefix: &str, number: usize| format!("{prefix}_table_{number}");
        let pool = |count| Pool::new((0..count).map(move |number| of_name(&name("old", number))));
        assert_eq!(pool(FEW).near(std::iter::empty()).len(), FEW);
        for count in [500, 4000] {
            let pool = pool(count);
            let mut compared = 0;
            for number in 0..count {
                let near = pool.near(of_name(&name("new", number)).into_iter());
                assert!(near.contains(&number), "{number} of {count}");
                compared += near.len();
            }
            assert!(compared < 64 * count, "{compared} for {count}");
        }
    }
}
