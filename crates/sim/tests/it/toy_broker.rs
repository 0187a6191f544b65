//! The smallest broker that workloads can talk to: one partition in one file, Produce, Fetch and
//! ListOffsets. It proves the workloads and invariants, with and without a bug.

use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use ottla_io::net::frame::Frames;
use ottla_io::{File, Io, Open, Stream};
use ottla_record::{BatchHeader, patch, split_batches};
use ottla_wire::messages::fetch::*;
use ottla_wire::messages::list_offsets::*;
use ottla_wire::messages::produce::*;
use ottla_wire::{ApiKey, Encoded, Reader, Records, RequestHeader, frame};

/// When the toy syncs its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sync {
    /// Before it acknowledges.
    BeforeAck,
    /// Never: right for a promise that ends with the power, wrong for a stronger one.
    Never,
}

#[derive(Clone)]
struct Toy {
    io: Io,
    file: File,
    sync: Sync,
    /// (next offset, bytes of the file)
    end: Arc<Mutex<(i64, u64)>>,
}

/// Recovers the log and serves it on port 9092.
pub(crate) async fn serve(io: Io, sync: Sync) -> io::Result<()> {
    let file = io.disk().open("log", Open::Create)?;
    io.disk().sync_dir("/")?;
    let mut bytes = vec![0; file.len()? as usize];
    file.read_at(0, &mut bytes)?;
    let mut end = (0, 0);
    for batch in split_batches(&bytes) {
        let Ok(batch) = batch else { break };
        if batch.check_crc().is_err() || batch.header().base_offset != end.0 {
            break;
        }
        end = (batch.header().next_offset(), end.1 + batch.bytes().len() as u64);
    }
    file.set_len(end.1)?;
    let toy = Toy { io: io.clone(), file, sync, end: Arc::new(Mutex::new(end)) };
    toy.sync().await?;
    let listener = io.listen("", 9092).await?;
    while let Ok((stream, _)) = listener.accept().await {
        let toy = toy.clone();
        io.spawn("connection", async move {
            let _ = toy.connection(stream).await;
        });
    }
    Ok(())
}

impl Toy {
    async fn connection(&self, stream: Stream) -> io::Result<()> {
        let (reader, mut writer) = stream.split();
        let mut frames = Frames::new(reader, 1 << 20);
        while let Ok(Some(request)) = frames.next().await {
            let answer = self.answer(request).await?;
            writer.write_all(&answer.bytes).await?;
        }
        Ok(())
    }

    async fn answer(&self, request: Bytes) -> io::Result<Encoded> {
        let mut r = Reader::new(request);
        let header = RequestHeader::decode_any(&mut r).unwrap();
        let (v, id) = (header.request_api_version, header.correlation_id);
        let api = ApiKey::from_code(header.request_api_key).unwrap();
        let encoded = match api {
            ApiKey::Produce => {
                let request = ProduceRequest::decode(&mut r, v).unwrap();
                frame::response(api, &self.produce(request).await?, v, id)
            }
            ApiKey::Fetch => {
                let request = FetchRequest::decode(&mut r, v).unwrap();
                frame::response(api, &self.fetch(&request)?, v, id)
            }
            ApiKey::ListOffsets => {
                let request = ListOffsetsRequest::decode(&mut r, v).unwrap();
                frame::response(api, &self.list_offsets(&request), v, id)
            }
            other => panic!("the toy does not know {other:?}"),
        };
        Ok(encoded.unwrap())
    }

    async fn produce(&self, request: ProduceRequest) -> io::Result<ProduceResponse> {
        let topic = &request.topic_data[0];
        let Records::Bytes(bytes) = &topic.partition_data[0].records else { panic!("no records") };
        let mut batch = bytes.to_vec();
        let base_offset = {
            let mut end = self.end.lock().unwrap();
            let count = BatchHeader::parse(&batch).unwrap().last_offset_delta + 1;
            patch::place(&mut batch, end.0, 0);
            self.file.write_at(end.1, &batch)?;
            let base_offset = end.0;
            *end = (end.0 + i64::from(count), end.1 + batch.len() as u64);
            base_offset
        };
        self.sync().await?;
        let partition = PartitionProduceResponse { base_offset, ..Default::default() };
        let topic = TopicProduceResponse {
            name: topic.name.clone(),
            partition_responses: vec![partition],
            ..Default::default()
        };
        Ok(ProduceResponse { responses: vec![topic], ..Default::default() })
    }

    fn fetch(&self, request: &FetchRequest) -> io::Result<FetchResponse> {
        let topic = &request.topics[0];
        let wanted = topic.partitions[0].fetch_offset;
        let end = *self.end.lock().unwrap();
        let mut bytes = vec![0; end.1 as usize];
        self.file.read_at(0, &mut bytes)?;
        let mut found = Vec::new();
        for batch in split_batches(&bytes).map_while(Result::ok) {
            let full =
                !found.is_empty() && found.len() + batch.bytes().len() > request.max_bytes as usize;
            if batch.header().next_offset() > wanted && !full {
                found.extend_from_slice(batch.bytes());
            } else if full {
                break;
            }
        }
        let partition = PartitionData {
            high_watermark: end.0,
            last_stable_offset: end.0,
            log_start_offset: 0,
            records: Records::Bytes(found.into()),
            ..Default::default()
        };
        let topic = FetchableTopicResponse {
            topic: topic.topic.clone(),
            partitions: vec![partition],
            ..Default::default()
        };
        Ok(FetchResponse { responses: vec![topic], ..Default::default() })
    }

    fn list_offsets(&self, request: &ListOffsetsRequest) -> ListOffsetsResponse {
        let topic = &request.topics[0];
        let latest = topic.partitions[0].timestamp == -1;
        let offset = if latest { self.end.lock().unwrap().0 } else { 0 };
        let partition = ListOffsetsPartitionResponse { offset, ..Default::default() };
        let topic =
            ListOffsetsTopicResponse { name: topic.name.clone(), partitions: vec![partition] };
        ListOffsetsResponse { topics: vec![topic], ..Default::default() }
    }

    async fn sync(&self) -> io::Result<()> {
        if self.sync == Sync::BeforeAck {
            let file = self.file.clone();
            self.io.flushing(move || file.sync_data()).await?;
        }
        Ok(())
    }
}
