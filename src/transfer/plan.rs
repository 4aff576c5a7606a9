//! Which bytes make which part. Pure arithmetic.

use crate::error::CosClientError;
use crate::wire::limits::{MAX_PART_SIZE, MAX_PARTS, MIB};

/// A part of a file or object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PartRange {
    /// The number, from 1 on.
    pub(crate) number: u32,
    /// Where it starts, in bytes.
    pub(crate) offset: u64,
    /// How long it is, in bytes.
    pub(crate) len: u64,
}

/// The cut of a number of bytes into parts: equal ones, and a last one with the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    size: u64,
    part_size: u64,
    count: u64,
}

impl Plan {
    /// Plans an upload. Above 10,000 parts the parts grow, exactly as the official SDK's do, so that either
    /// can resume an upload of the other.
    pub(crate) fn upload(size: u64, part_size: u64) -> Self {
        let count = size.div_ceil(part_size).max(1);
        if count > u64::from(MAX_PARTS) {
            return Self { size, part_size: size / u64::from(MAX_PARTS), count: u64::from(MAX_PARTS) };
        }
        Self { size, part_size, count }
    }

    /// Plans a download of at most `max_count` parts; the part size doubles until it fits.
    pub(crate) fn download(size: u64, part_size: u64, max_count: u64) -> Self {
        let mut part_size = part_size;
        while part_size.saturating_mul(max_count) < size {
            // Of a length that nothing has, but an answer may name.
            part_size = part_size.saturating_mul(2);
        }
        Self { size, part_size, count: size.div_ceil(part_size).max(1) }
    }

    /// Has every part but the last hold a multiple of `unit` bytes.
    pub(crate) fn in_units(self, unit: u64) -> Self {
        let part_size = self.part_size.next_multiple_of(unit);
        if part_size == self.part_size {
            return self;
        }
        Self { part_size, count: self.size.div_ceil(part_size).max(1), ..self }
    }

    pub(crate) fn part_size(&self) -> u64 {
        self.part_size
    }

    pub(crate) fn count(&self) -> usize {
        self.count as usize
    }

    /// Returns the part of a number, if there is one.
    pub(crate) fn part(&self, number: u32) -> Option<PartRange> {
        let index = u64::from(number.checked_sub(1)?);
        if index >= self.count {
            return None;
        }
        let offset = index * self.part_size;
        let len = if index + 1 == self.count { self.size - offset } else { self.part_size };
        Some(PartRange { number, offset, len })
    }

    pub(crate) fn parts(self) -> impl Iterator<Item = PartRange> {
        (1..).map_while(move |number| self.part(number))
    }
}

/// Checks `part_size`, given in MiB, and returns it in bytes.
pub(crate) fn part_size_bytes(mib: u64) -> Result<u64, CosClientError> {
    if (1..=MAX_PART_SIZE).contains(&mib) {
        return Ok(mib * MIB);
    }
    Err(CosClientError::invalid("part_size", format!("{mib} MiB is not within 1..={MAX_PART_SIZE}")))
}

/// The largest part of an upload that is chosen: one that breaks off is sent again from its start.
const CHOSEN_UPLOAD: u64 = 8 * MIB;
/// The sizes of a download's parts that are chosen: smaller ones cost requests, larger ones are lost with their process.
const CHOSEN_DOWNLOAD: std::ops::RangeInclusive<u64> = 8 * MIB..=64 * MIB;

/// Returns the part size of an upload in bytes. If the caller names none, each thread gets a part of up to 8 MiB, or more
/// where there would be more than 10,000 parts.
pub(crate) fn upload_part_size(named: Option<u64>, size: u64, threads: usize) -> Result<u64, CosClientError> {
    if let Some(mib) = named {
        return part_size_bytes(mib);
    }
    let least = size.div_ceil(u64::from(MAX_PARTS)).next_multiple_of(MIB);
    Ok(share(size, threads).clamp(MIB, CHOSEN_UPLOAD).max(least))
}

/// Returns the part size of a download in bytes. If the caller names none, each thread gets a part of 8 to 64 MiB.
pub(crate) fn download_part_size(named: Option<u64>, size: u64, threads: usize) -> Result<u64, CosClientError> {
    let chosen = || share(size, threads).clamp(*CHOSEN_DOWNLOAD.start(), *CHOSEN_DOWNLOAD.end());
    named.map_or_else(|| Ok(chosen()), part_size_bytes)
}

/// Returns the bytes of each thread, as whole MiB.
fn share(size: u64, threads: usize) -> u64 {
    let share = size.div_ceil(threads.max(1) as u64);
    share.checked_next_multiple_of(MIB).unwrap_or(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each byte is in exactly one part, and the parts are numbered in order.
    fn check(plan: Plan) {
        let (mut next, mut number) = (0, 0);
        for part in plan.parts() {
            number += 1;
            assert_eq!((part.number, part.offset), (number, next), "{plan:?}");
            next += part.len;
        }
        assert_eq!((next, u64::from(number)), (plan.size, plan.count), "{plan:?}");
    }

    #[test]
    fn every_byte_is_in_one_part() {
        const GIB: u64 = 1024 * MIB;
        let sizes = [0, 1, MIB - 1, MIB, MIB + 1, 20 * MIB, 10 * GIB - 1, 10 * GIB, 10 * GIB + 1, 5 * 1024 * GIB];
        for size in sizes {
            for part_size in [MIB, 8 * MIB, 20 * MIB, 5 * GIB] {
                let upload = Plan::upload(size, part_size);
                assert!(upload.count <= u64::from(MAX_PARTS), "{upload:?}");
                assert!(upload.parts().all(|part| part.len <= 5 * GIB), "{upload:?}");
                check(upload);
                let framed = upload.in_units(65_536);
                assert!(framed.count <= u64::from(MAX_PARTS) && framed.part_size.is_multiple_of(65_536), "{framed:?}");
                check(framed);
                check(Plan::download(size, part_size, 10_000));
                check(Plan::download(size, part_size, 3));
            }
        }
    }

    #[test]
    fn a_part_size_that_nobody_names_keeps_all_threads_busy_and_saves_requests() {
        const GIB: u64 = 1024 * MIB;
        for (size, threads, upload, download) in [
            (0, 5, 1, 8),
            (21 * MIB, 5, 5, 8),
            (21 * MIB, 1, 8, 21),
            (256 * MIB, 5, 8, 52),
            (256 * MIB, 64, 4, 8),
            (10 * GIB, 5, 8, 64),
            (100 * GIB, 5, 11, 64),
            (48 * 1024 * GIB, 5, 5034, 64),
            (u64::MAX - MIB, 1, 1_759_218_605, 64),
        ] {
            let (up, down) = (upload_part_size(None, size, threads), download_part_size(None, size, threads));
            assert_eq!((up.unwrap() / MIB, down.unwrap() / MIB), (upload, download), "{size} {threads}");
            assert_eq!(upload_part_size(Some(7), size, threads).unwrap(), 7 * MIB);
        }
        assert!(upload_part_size(Some(0), 1, 1).is_err() && download_part_size(Some(0), 1, 1).is_err());
    }

    #[test]
    fn every_byte_is_in_one_part_of_any_plan() {
        let mut rng = fastrand::Rng::with_seed(7);
        // Sizes of all orders of magnitude, up to 5 TiB.
        let mut up_to = |most: u64| {
            let most = most >> rng.u32(0..43);
            rng.u64(..=most)
        };
        for _ in 0..2000 {
            let (size, part_size) = (up_to(5 * 1024 * 1024 * MIB), up_to(MAX_PART_SIZE * MIB - MIB) + MIB);
            let upload = Plan::upload(size, part_size);
            assert!(upload.count <= u64::from(MAX_PARTS), "{upload:?}");
            assert!(upload.parts().all(|part| part.len <= MAX_PART_SIZE * MIB), "{upload:?}");
            check(upload);
            check(upload.in_units(65_536));
            check(Plan::download(size, part_size, up_to(u64::from(MAX_PARTS)) + 1));
        }
    }

    #[test]
    fn parts_grow_as_the_official_sdks_do() {
        let plan = Plan::upload(10_001 * MIB + 7, MIB);
        assert_eq!(plan.part_size, (10_001 * MIB + 7) / 10_000);
        let plan = Plan::download(3 * MIB, MIB, 2);
        assert_eq!((plan.part_size, plan.count), (2 * MIB, 2));
        assert_eq!(Plan::download(u64::MAX, MIB, 1).count, 1);
    }

    #[test]
    fn parts_that_just_fit_keep_their_size() {
        let plan = Plan::upload(10_000 * MIB - 1, MIB);
        assert_eq!((plan.part_size(), plan.count()), (MIB, 10_000));
        let plan = Plan::download(4 * MIB, MIB, 4);
        assert_eq!((plan.part_size(), plan.count()), (MIB, 4));
    }

    #[test]
    fn part_sizes_are_in_mib_and_refused_by_name_out_of_range() {
        assert_eq!([1, 8, 5 * 1024].map(|mib| part_size_bytes(mib).unwrap()), [MIB, 8_388_608, 5_368_709_120]);
        for mib in [0, 5 * 1024 + 1] {
            assert!(part_size_bytes(mib).unwrap_err().to_string().starts_with("part_size: "));
        }
    }
}
