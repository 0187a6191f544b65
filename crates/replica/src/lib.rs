//! One partition's replication: leader epoch, acks, ISR, high watermark.
