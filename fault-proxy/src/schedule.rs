//! Random faults that can be played again: drawn by a seed, the number of the operation and that of the
//! connection within it, never by time.

use std::time::Duration;

use crate::fault::{Fault, Way};

/// How many kinds of faults a schedule draws from.
pub const KINDS: u64 = 26;

/// Which connections meet which faults.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// What the draws start from.
    pub seed: u64,
    /// How many of a hundred connections meet a fault.
    pub percent: u64,
    /// The size of the bodies, in bytes, within which connections break.
    pub size: u64,
}

impl Schedule {
    /// The fault of a connection of an operation, if it meets one.
    pub fn fault(&self, operation: u64, connection: u64) -> Option<Fault> {
        // The multipliers spread neighbouring numbers over the whole range.
        let mixed = self.seed
            ^ operation.wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ connection.wrapping_add(1).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mut random = fastrand::Rng::with_seed(mixed);
        (random.u64(..100) < self.percent).then(|| self.draw(&mut random))
    }

    fn draw(&self, random: &mut fastrand::Rng) -> Fault {
        let (head, body) = (random.u64(..600), random.u64(..self.size.max(1)));
        let error =
            |code: &str| format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>m</Message></Error>");
        let from_cos = [("x-cos-request-id", "fault"), ("Content-Type", "application/xml")];
        let millisecond = Duration::from_millis(1);
        match random.u64(..KINDS) {
            0 => Fault::Refuse,
            1 => Fault::reset(Way::Up, 0),
            2 => Fault::reset(Way::Up, head),
            3 => Fault::reset(Way::Up, body),
            4 => Fault::reset(Way::Down, 0),
            5 => Fault::reset(Way::Down, head),
            6 => Fault::reset(Way::Down, body),
            7 => Fault::close(Way::Up, head),
            8 => Fault::close(Way::Up, body),
            9 => Fault::close(Way::Down, 0),
            10 => Fault::close(Way::Down, head),
            11 => Fault::close(Way::Down, body),
            12 => Fault::hang(Way::Up, head),
            13 => Fault::hang(Way::Down, head),
            14 => Fault::hang(Way::Down, body),
            15 => Fault::freeze(Way::Up, body),
            16 => Fault::crawl(Way::Down, body, 4096, millisecond),
            17 => Fault::crawl(Way::Up, body, 4096, millisecond),
            18 => Fault::answer(500, &from_cos, &error("InternalError")),
            19 => Fault::answer(503, &from_cos, &error("SlowDown")),
            20 => Fault::answer(503, &[("Retry-After", "1")], ""),
            21 => Fault::answer(429, &from_cos, &error("TooManyRequests")),
            22 => Fault::answer(502, &[("Content-Type", "text/html")], "<html>Bad Gateway</html>"),
            23 => Fault::replace(500, &from_cos, &error("InternalError")),
            24 => Fault::replace(504, &[], ""),
            _ => Fault::answer(408, &from_cos, &error("RequestTimeout")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_plays_the_same_faults_and_another_others() {
        let play = |seed| {
            let schedule = Schedule { seed, percent: 30, size: 100_000 };
            (0..1000).map(|n| schedule.fault(n / 3, n % 3)).collect::<Vec<_>>()
        };
        assert_eq!(play(1), play(1));
        assert_ne!(play(1), play(2));
        let met = play(1).iter().flatten().count();
        assert!((200..400).contains(&met), "{met} of 1000");
    }

    #[test]
    fn without_faults_there_are_none_and_with_all_there_are_all() {
        let count = |percent| {
            let schedule = Schedule { seed: 7, percent, size: 1 };
            (0..500).filter(|n| schedule.fault(*n, 0).is_some()).count()
        };
        assert_eq!((count(0), count(100)), (0, 500));
    }
}
