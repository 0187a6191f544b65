//! XXH32 with seed 0: the checksum of LZ4 frames.

const PRIME: [u32; 5] = [0x9e37_79b1, 0x85eb_ca77, 0xc2b2_ae3d, 0x27d4_eb2f, 0x1656_67b1];

/// XXH32 of `bytes`.
pub(super) fn xxh32(bytes: &[u8]) -> u32 {
    let stripes = bytes.chunks_exact(16);
    let mut tail = stripes.remainder();
    let mut hash = if bytes.len() < 16 { PRIME[4] } else { lanes(stripes) };
    hash = hash.wrapping_add(bytes.len() as u32);
    while let Some((word, rest)) = tail.split_first_chunk::<4>() {
        let word = u32::from_le_bytes(*word).wrapping_mul(PRIME[2]);
        hash = hash.wrapping_add(word).rotate_left(17).wrapping_mul(PRIME[3]);
        tail = rest;
    }
    for &byte in tail {
        let byte = u32::from(byte).wrapping_mul(PRIME[4]);
        hash = hash.wrapping_add(byte).rotate_left(11).wrapping_mul(PRIME[0]);
    }
    hash = (hash ^ (hash >> 15)).wrapping_mul(PRIME[1]);
    hash = (hash ^ (hash >> 13)).wrapping_mul(PRIME[2]);
    hash ^ (hash >> 16)
}

fn lanes(stripes: core::slice::ChunksExact<'_, u8>) -> u32 {
    let mut state = [PRIME[0].wrapping_add(PRIME[1]), PRIME[1], 0, 0u32.wrapping_sub(PRIME[0])];
    for stripe in stripes {
        for (lane, word) in state.iter_mut().zip(stripe.as_chunks::<4>().0) {
            let word = u32::from_le_bytes(*word).wrapping_mul(PRIME[1]);
            *lane = lane.wrapping_add(word).rotate_left(13).wrapping_mul(PRIME[0]);
        }
    }
    let [a, b, c, d] = state;
    a.rotate_left(1)
        .wrapping_add(b.rotate_left(7))
        .wrapping_add(c.rotate_left(12))
        .wrapping_add(d.rotate_left(18))
}

#[cfg(test)]
mod tests {
    use super::xxh32;

    #[test]
    fn known_hashes() {
        assert_eq!(xxh32(b""), 0x02cc_5d05);
        assert_eq!(xxh32(b"abc"), 0x32d1_53ff);
        assert_eq!(xxh32(b"Nobody inspects the spammish repetition"), 0xe229_3b2f);
    }
}
