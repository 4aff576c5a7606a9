//! Folders: many files up or down, or many objects away, on one set of threads.

mod extra;
mod filter;
pub(crate) mod keys;
mod progress;
pub(crate) mod report;
mod schedule;
pub(crate) mod skip;
mod walk;

// In the order of the client's page in the documentation; blank lines keep it.
pub(crate) mod upload;

pub(crate) mod download;

pub(crate) mod delete;

/// The setters that uploads and downloads of folders share. They need the fields `patterns`, `skip`,
/// `part_size`, `max_thread`, `threshold`, `discard_on_cancel`, `delete_extra`, `empty_source`, `dry_run`, `callback` and
/// `on_result`.
macro_rules! shared {
    () => {
        /// Takes only files whose path below the folder matches this pattern, or another one that is
        /// given: `*` is any text, also with `/` in it, `?` one character, `{a,b}` either, `[a-z]` one of
        /// these, `**/` any folders. Default: all.
        pub fn include(mut self, pattern: impl Into<String>) -> Self {
            self.patterns.include.push(pattern.into());
            self
        }

        /// Leaves out files whose path below the folder matches this pattern, even if they are included;
        /// it can be called again for the next pattern. Default: none.
        pub fn exclude(mut self, pattern: impl Into<String>) -> Self {
            self.patterns.exclude.push(pattern.into());
            self
        }

        /// Sets which files are not transferred, for they are on the other side already. Default:
        /// [`SkipIdentical::Crc64`](crate::transfer::SkipIdentical::Crc64).
        pub fn skip_identical(mut self, skip: $crate::transfer::SkipIdentical) -> Self {
            self.skip = skip;
            self
        }

        /// Sets the size of a part in MiB, 1 to 5120. Default: chosen by the size of each file, as for one file.
        pub fn part_size(mut self, mib: u64) -> Self {
            self.part_size = Some(mib);
            self
        }

        /// Sets how many requests are on their way at a time, over all files and their parts together.
        /// Default: 5.
        pub fn max_thread(mut self, threads: usize) -> Self {
            self.max_thread = threads;
            self
        }

        /// Sets up to how many bytes a file goes in one request. Default: 20 MiB.
        pub fn multipart_threshold(mut self, bytes: u64) -> Self {
            self.threshold = bytes;
            self
        }

        /// Deletes unfinished files when the transfer is cancelled through its handle, instead of
        /// keeping it for the next call. Default: false.
        pub fn discard_on_cancel(mut self, discard: bool) -> Self {
            self.discard_on_cancel = discard;
            self
        }

        /// Deletes what exists only at the destination, once everything is there: after an upload the objects below the
        /// prefix that have no file, after a download the files in the folder that have no object. The patterns protect
        /// what they leave out. Keys that end in `/` and folders stay, and so do links and devices. After a failure
        /// nothing is deleted. A source without any file is an error, unless [`empty_source`](Self::empty_source) is
        /// set. Nothing brings deleted files back; [`dry_run`](Self::dry_run) shows what would be deleted. Default:
        /// false.
        pub fn delete_extra(mut self, delete: bool) -> Self {
            self.delete_extra = delete;
            self
        }

        /// Allows `delete_extra` to delete everything because the source is empty. Default: false, because a mistyped
        /// name and a disk that is not mounted look like an empty source.
        pub fn empty_source(mut self, allow: bool) -> Self {
            self.empty_source = allow;
            self
        }

        /// Transfers and deletes nothing: the report and [`on_result`](Self::on_result) say what a real run would do with
        /// each file and object. Default: false.
        pub fn dry_run(mut self, dry: bool) -> Self {
            self.dry_run = dry;
            self
        }

        /// Calls this with the bytes done and the bytes in all, over all files, one call at a time. The
        /// bytes in all grow as long as files are still being found; a skipped file counts as done, and
        /// one that failed is taken out, so that the two are equal at the end. Default: none.
        pub fn progress_callback(mut self, callback: impl Fn(u64, u64) + Send + Sync + 'a) -> Self {
            self.callback = Some(Box::new(callback));
            self
        }

        /// Calls this with the result of each file when it ends, from the transferring threads, several calls at a time.
        /// The report at the end holds only counts and failures. Default: none.
        pub fn on_result(mut self, callback: impl Fn(&$crate::transfer::FileResult) + Send + Sync + 'a) -> Self {
            self.on_result = Some(Box::new(callback));
            self
        }
    };
}

use shared;
