//! How lists grow and shrink. By themselves they double when they are full: up to half of an engine's memory would lie
//! idle.

/// Whatever is needed, a list gets room for such a share of what it had room for, and so many.
const SPARE_SHARE: usize = 8;
const SPARE_MIN: usize = 16;

/// Makes a list so long, if it is shorter.
pub(super) fn lengthen<T: Copy>(list: &mut Vec<T>, len: usize, with: T) {
    if list.len() < len {
        make_room(list, len - list.len());
        list.resize(len, with);
    }
}

/// Makes a list as long as that; what is in it stays or is cut off.
pub(super) fn fit<T: Copy>(list: &mut Vec<T>, len: usize, with: T) {
    list.truncate(len);
    lengthen(list, len, with);
}

/// Makes a list as long as that, all of it the same.
pub(super) fn reset<T: Copy>(list: &mut Vec<T>, len: usize, to: T) {
    fit(list, len, to);
    list.fill(to);
}

/// Appends one.
pub(super) fn add<T>(list: &mut Vec<T>, one: T) {
    make_room(list, 1);
    list.push(one);
}

/// Makes room for so many more, and for some others: not for as many again as there are.
pub(super) fn make_room<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(more + list.capacity() / SPARE_SHARE + SPARE_MIN);
    }
}

/// Gives memory back of which far more was needed than the last time.
pub(super) fn relax<T>(list: &mut Vec<T>) {
    if list.capacity() > 4 * list.len() + 1024 {
        list.shrink_to(2 * list.len());
    }
}
