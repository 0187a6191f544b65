//! Every codec gives back what it was given, refuses what is broken, and stops at the limit.

use ottla_base::Rng;

use super::*;

fn samples() -> Vec<Vec<u8>> {
    let mut rng = Rng::new(11);
    let mut noise = vec![0; 300_000];
    rng.fill(&mut noise);
    let text = b"the quick brown fox jumps over the lazy dog ".repeat(5000);
    vec![Vec::new(), vec![7], b"hello hello hello hello".to_vec(), vec![0; 65536], noise, text]
}

#[test]
fn every_codec_gives_back_what_it_was_given() {
    let mut space = CodecSpace::new();
    for codec in Codec::ALL {
        for level in [None, Some(i32::MIN), Some(1), Some(i32::MAX)] {
            for plain in samples() {
                let mut block = Vec::new();
                compress(Compression { codec, level }, &plain, &mut block, &mut space);
                let back = decompress(codec, &block, plain.len(), &mut space);
                assert_eq!(back.as_ref(), Ok(&plain), "{codec} {level:?}");
            }
        }
    }
}
