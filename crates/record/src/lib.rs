//! Record batches as bytes: views, builder, validation, compression.
