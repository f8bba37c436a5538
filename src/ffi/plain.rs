//! Structs and values in and out of the library.
//!
//! A struct begins with its own size, so that a host compiled with an older header can use a newer library and the
//! other way round: the library reads and writes no byte behind it.

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::error::Failure;

/// The largest `struct_size` that is believed. Ours are far smaller; a larger number is a struct nobody filled in.
const MAX_STRUCT_SIZE: usize = 4096;

/// A struct of the header.
///
/// # Safety
/// `repr(C)`, made of integers and arrays of characters only, without padding, and with `struct_size: u32` first.
pub(super) unsafe trait Plain: Copy {
    /// Its name in the header.
    const NAME: &'static str;
    /// Its size in the first version of the interface. Never changes, also when fields are added.
    const FIRST_SIZE: usize;

    /// The struct with every byte zero, which is a value of every such struct.
    fn zeroed() -> Self {
        // SAFETY: integers and arrays of characters may be all zero.
        unsafe { MaybeUninit::zeroed().assume_init() }
    }
}

/// The size a struct of the caller says it has.
///
/// # Safety
/// `at` is NULL or points to a struct that begins with its size.
unsafe fn size_of_theirs<T: Plain>(name: &str, at: *const T) -> Result<usize, Failure> {
    if at.is_null() {
        return Err(Failure::argument(format!("{name} is NULL")));
    }
    // SAFETY: the struct begins with its size.
    let size = unsafe { at.cast::<u32>().read_unaligned() };
    match usize::try_from(size) {
        Ok(size) if (T::FIRST_SIZE..=MAX_STRUCT_SIZE).contains(&size) => Ok(size),
        _ => Err(Failure::argument(format!("the struct_size of {name} is {size}; set it to sizeof({})", T::NAME))),
    }
}

/// Copies one struct of the caller. What its header does not know is zero; what ours does not know must be zero.
///
/// # Safety
/// `at` is NULL or points to as many bytes as its first field says.
pub(super) unsafe fn take<T: Plain>(name: &str, at: *const T) -> Result<T, Failure> {
    // SAFETY: the same promise.
    unsafe { copy(name, at, size_of_theirs(name, at)?) }
}

/// Copies `count` structs of the caller, one behind the other; the first one's size is the size of all.
///
/// # Safety
/// `at` is NULL or points to `count` structs that all have the size the first one says.
pub(super) unsafe fn take_all<T: Plain>(name: &str, at: *const T, count: usize) -> Result<Vec<T>, Failure> {
    if count == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: there is a first one.
    let stride = unsafe { size_of_theirs(name, at)? };
    let mut taken = Vec::with_capacity(count);
    for index in 0..count {
        let at = at.cast::<u8>().wrapping_add(index * stride).cast::<T>();
        // SAFETY: within the array.
        let own = unsafe { at.cast::<u32>().read_unaligned() };
        if usize::try_from(own) != Ok(stride) {
            return Err(Failure::argument(format!(
                "the struct_size of {name}[{index}] is {own}, and that of the first is {stride}"
            )));
        }
        // SAFETY: within the array.
        taken.push(unsafe { copy(name, at, stride)? });
    }
    Ok(taken)
}

/// # Safety
/// `at` points to `size` bytes.
unsafe fn copy<T: Plain>(name: &str, at: *const T, size: usize) -> Result<T, Failure> {
    let ours = size_of::<T>();
    let mut taken = T::zeroed();
    // SAFETY: `size` bytes may be read, and no more than `T` has are written; any bytes make a `T`.
    unsafe { (&raw mut taken).cast::<u8>().copy_from_nonoverlapping(at.cast(), size.min(ours)) };
    // SAFETY: within the `size` bytes.
    let used = (ours..size).find(|offset| unsafe { at.cast::<u8>().add(*offset).read() } != 0);
    match used {
        None => Ok(taken),
        Some(offset) => Err(Failure::argument(format!(
            "{name} uses a field at byte {offset} that this version of the library does not know"
        ))),
    }
}

/// Where structs of ours go: one, or an array of the caller.
#[derive(Debug)]
pub(super) struct Rows<T> {
    at: *mut u8,
    stride: usize,
    count: usize,
    kind: PhantomData<T>,
}

impl<T: Plain> Rows<T> {
    /// Room for `count` structs; the first one's size is the size of all. No room at all may be NULL.
    ///
    /// # Safety
    /// `at` is NULL or points to `count` structs that all have the size the first one says, to be written for as long
    /// as this lives.
    pub(super) unsafe fn new(name: &str, at: *mut T, count: usize) -> Result<Self, Failure> {
        // SAFETY: there is a first one if `count` is not 0.
        let stride = if count == 0 { 0 } else { unsafe { size_of_theirs(name, at.cast_const())? } };
        Ok(Self { at: at.cast(), stride, count, kind: PhantomData })
    }

    /// Puts a struct into row `index`, if there is such a row.
    pub(super) fn put(&self, index: usize, row: &T) {
        if index >= self.count {
            return;
        }
        let size = size_of::<u32>();
        let stride = u32::try_from(self.stride).unwrap_or_default();
        let at = self.at.wrapping_add(index * self.stride);
        // SAFETY: within the rows promised when this was made. The size stays theirs.
        unsafe {
            at.cast::<u32>().write_unaligned(stride);
            let ours = std::ptr::from_ref(row).cast::<u8>();
            at.add(size).copy_from(ours.add(size), self.stride.min(size_of::<T>()) - size);
        }
    }
}

/// Where one value goes.
#[derive(Debug)]
pub(super) struct Out<T>(*mut T);

impl<T: Copy> Out<T> {
    /// # Safety
    /// `at` is NULL or a `T` may be written there for as long as this lives.
    pub(super) unsafe fn new(name: &str, at: *mut T) -> Result<Self, Failure> {
        if at.is_null() { Err(Failure::argument(format!("{name} is NULL"))) } else { Ok(Self(at)) }
    }

    pub(super) fn put(self, value: T) {
        // SAFETY: promised when this was made.
        unsafe { self.0.write_unaligned(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Sample {
        struct_size: u32,
        first: i32,
        added_later: i64,
    }

    // SAFETY: integers, no padding, its size first.
    unsafe impl Plain for Sample {
        const NAME: &'static str = "sample";
        const FIRST_SIZE: usize = 8;
    }

    /// Bytes at an odd address, as a packed record of a host would have them.
    fn odd(bytes: &[u8]) -> (Vec<u8>, usize) {
        let mut room = vec![0xAA; bytes.len() + 2];
        let at = usize::from(room.as_ptr().addr().is_multiple_of(2));
        room[at..at + bytes.len()].copy_from_slice(bytes);
        (room, at)
    }

    fn sized(size: u32, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        bytes[..4].copy_from_slice(&size.to_ne_bytes());
        bytes
    }

    #[test]
    fn older_and_newer_structs_are_taken() {
        for size in 0..40_u32 {
            let mut bytes = sized(size, 40);
            bytes[4] = 7;
            let (room, at) = odd(&bytes);
            // SAFETY: 40 bytes are there.
            let taken = unsafe { take::<Sample>("s", room[at..].as_ptr().cast()) };
            match taken {
                Ok(taken) => assert_eq!((taken.first, size >= 8), (i32::from_le(7), true)),
                Err(_) => assert!(size < 8),
            }
        }
        let mut bytes = sized(24, 24);
        bytes[23] = 1;
        // SAFETY: 24 bytes are there.
        assert!(unsafe { take::<Sample>("s", bytes.as_ptr().cast()) }.is_err());
        for size in [u32::MAX, 4097] {
            // SAFETY: a size that is not believed is not read.
            assert!(unsafe { take::<Sample>("s", sized(size, 8).as_ptr().cast()) }.is_err());
        }
        // SAFETY: NULL is allowed.
        assert!(unsafe { take::<Sample>("s", std::ptr::null()) }.is_err());
    }

    #[test]
    fn rows_are_as_wide_as_the_caller_says() {
        let row = Sample { struct_size: 16, first: -1, added_later: -1 };
        for stride in [8_u32, 12, 16, 20] {
            let width = usize::try_from(stride).unwrap();
            let (mut room, at) = odd(&sized(stride, width * 3));
            // SAFETY: two rows of three are offered.
            let rows = unsafe { Rows::<Sample>::new("rows", room[at..].as_mut_ptr().cast(), 2) }.unwrap();
            rows.put(1, &row);
            rows.put(2, &row);
            let room = &room[at..];
            assert!(room[4..width].iter().all(|byte| *byte == 0));
            assert_eq!(room[width..width + 4], stride.to_ne_bytes());
            let ours = width.min(16);
            assert!(room[width + 4..width + ours].iter().all(|byte| *byte == 0xFF));
            assert!(room[width + ours..width * 3].iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn arrays_must_be_of_one_size() {
        let mut bytes = sized(8, 24);
        for (at, size) in [(8, 8_u32), (16, 8)] {
            bytes[at..at + 4].copy_from_slice(&size.to_ne_bytes());
        }
        // SAFETY: three structs of 8 bytes.
        assert_eq!(unsafe { take_all::<Sample>("s", bytes.as_ptr().cast(), 3) }.unwrap().len(), 3);
        bytes[16] = 12;
        // SAFETY: as before; the size of the third is wrong and it is not read.
        assert!(unsafe { take_all::<Sample>("s", bytes.as_ptr().cast(), 3) }.is_err());
        // SAFETY: nothing is read.
        assert_eq!(unsafe { take_all::<Sample>("s", std::ptr::null(), 0) }.unwrap().len(), 0);
    }
}
