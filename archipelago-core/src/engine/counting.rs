//! Sorting by counting: how many there are of each kind says where each kind starts.

/// Replaces each number by the sum of all up to it; the sum of all.
pub(super) fn sum_up(numbers: &mut [u32]) -> u32 {
    let mut sum = 0;
    for number in numbers {
        sum += *number;
        *number = sum;
    }
    sum
}
