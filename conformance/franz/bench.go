package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// wire is one connection that asks one request at a time: as little work as can be beside the node's.
type wire struct {
	net.Conn
	format *kmsg.RequestFormatter
	buffer []byte
}

func dial() *wire {
	return &wire{Conn: value(net.Dial("tcp", bootstrap)), format: kmsg.NewRequestFormatter(kmsg.FormatterClientID("bench"))}
}

func (w *wire) ask(request kmsg.Request) kmsg.Response {
	w.buffer = w.format.AppendRequest(w.buffer[:0], request, 1)
	value(w.Write(w.buffer))
	var size [4]byte
	value(io.ReadFull(w, size[:]))
	answer := make([]byte, binary.BigEndian.Uint32(size[:]))
	value(io.ReadFull(w, answer))
	response := request.ResponseKind()
	skip := 4
	if response.IsFlexible() {
		skip++
	}
	must(response.ReadFrom(answer[skip:]))
	return response
}

// bench: `franz bench BOOTSTRAP PID`: what groups and transactions cost the node, a line `name value` each.
func bench(args []string) {
	pid := args[0]
	// The first question makes the topic of the groups.
	eventually(30*time.Second, func() bool {
		found, err := admin(func(a *kadm.Client) (kadm.OffsetResponses, error) {
			return a.FetchOffsets(within(5*time.Second), "bench")
		})
		return err == nil && found.Error() == nil
	})
	w := dial()
	for coordinator := range 100 {
		ready(w, fmt.Sprint("bench-", coordinator))
	}
	benchClassic(pid)
	benchServer(pid)
	benchCommits(pid)
	benchTransactions(pid)
	benchIdle(pid)
}

// ready waits until the group's coordinator answers for it.
func ready(w *wire, group string) {
	eventually(30*time.Second, func() bool {
		request := kmsg.NewPtrOffsetFetchRequest()
		request.Version, request.Groups = 8, []kmsg.OffsetFetchRequestGroup{{Group: group}}
		return w.ask(request).(*kmsg.OffsetFetchResponse).Groups[0].ErrorCode == 0
	})
}

func report(name string, number float64) { fmt.Printf("%s %.4f\n", name, number) }

// cpu is what the process has used, in seconds.
func cpu(pid string) float64 {
	text := string(value(os.ReadFile("/proc/" + pid + "/stat")))
	fields := strings.Fields(text[strings.LastIndex(text, ")")+2:])
	return float64(number(fields[11])+number(fields[12])) / 100
}

// resident memory in MiB.
func resident(pid string) float64 {
	for _, line := range strings.Split(string(value(os.ReadFile("/proc/"+pid+"/status"))), "\n") {
		if rest, is := strings.CutPrefix(line, "VmRSS:"); is {
			return float64(number(strings.Fields(rest)[0])) / 1024
		}
	}
	return 0
}

const benchMembers = 1000

// benchClassic: members with the range assignor, a partition each. Stable is when all have one in one generation.
func benchClassic(pid string) {
	where := topic("bench-classic", benchMembers, 0)
	subscription := kmsg.ConsumerMemberMetadata{Version: 1, Topics: []string{where}}
	metadata := subscription.AppendTo(nil)
	var generations sync.Map
	var all sync.WaitGroup
	stable, over := make(chan struct{}), make(chan struct{})
	var in [1 << 16]atomic.Int32
	cpuBefore, begun := cpu(pid), time.Now()
	for i := range benchMembers {
		all.Add(1)
		go func() {
			defer all.Done()
			w, id := dial(), ""
			defer w.Close()
			for {
				join := kmsg.NewPtrJoinGroupRequest()
				join.Version, join.Group, join.MemberID, join.ProtocolType = 9, where, id, "consumer"
				join.SessionTimeoutMillis, join.RebalanceTimeoutMillis = 45_000, 60_000
				join.Protocols = []kmsg.JoinGroupRequestProtocol{{Name: "range", Metadata: metadata}}
				joined := w.ask(join).(*kmsg.JoinGroupResponse)
				id = joined.MemberID
				if joined.ErrorCode != 0 {
					continue
				}
				sync := kmsg.NewPtrSyncGroupRequest()
				sync.Version, sync.Group, sync.MemberID, sync.Generation = 5, where, id, joined.Generation
				sync.ProtocolType, sync.Protocol = kmsg.StringPtr("consumer"), kmsg.StringPtr("range")
				if joined.LeaderID == id {
					for j, member := range joined.Members {
						one := kmsg.ConsumerMemberAssignment{Version: 1, Topics: []kmsg.ConsumerMemberAssignmentTopic{{Topic: where, Partitions: assigned(j, len(joined.Members))}}}
						sync.GroupAssignment = append(sync.GroupAssignment, kmsg.SyncGroupRequestGroupAssignment{MemberID: member.MemberID, MemberAssignment: one.AppendTo(nil)})
					}
				}
				if w.ask(sync).(*kmsg.SyncGroupResponse).ErrorCode != 0 {
					continue
				}
				generations.Store(joined.Generation, true)
				if in[joined.Generation&0xffff].Add(1) == benchMembers {
					close(stable)
				}
				for beat, code := time.Duration(0), int16(0); code == 0; {
					select {
					case <-over:
						return
					case <-time.After(time.Second + beat):
					}
					beat = time.Duration(i%100) * time.Millisecond
					heartbeat := kmsg.NewPtrHeartbeatRequest()
					heartbeat.Version, heartbeat.Group, heartbeat.MemberID, heartbeat.Generation = 4, where, id, joined.Generation
					code = w.ask(heartbeat).(*kmsg.HeartbeatResponse).ErrorCode
				}
			}
		}()
	}
	settled(stable, begun, cpuBefore, pid, "classic group of 1000")
	count := 0
	generations.Range(func(any, any) bool { count++; return true })
	report("classic group of 1000: generations", float64(count))
	close(over)
	all.Wait()
}

func settled(stable chan struct{}, begun time.Time, cpuBefore float64, pid, name string) {
	select {
	case <-stable:
		report(name+": s until stable", time.Since(begun).Seconds())
	case <-time.After(90 * time.Second):
		report(name+": s until stable", -1)
	}
	report(name+": CPU s of the node", cpu(pid)-cpuBefore)
}

// assigned are the partitions of the i-th of so many members.
func assigned(i, members int) (parts []int32) {
	for p := i; p < benchMembers; p += members {
		parts = append(parts, int32(p))
	}
	return parts
}

// benchServer: the same with KIP-848. Stable is when all have one partition.
func benchServer(pid string) {
	where := topic("bench-server", benchMembers, 0)
	var all sync.WaitGroup
	var mu sync.Mutex
	has := map[int]int{}
	total := 0
	stable, over := make(chan struct{}), make(chan struct{})
	cpuBefore, begun := cpu(pid), time.Now()
	for i := range benchMembers {
		all.Add(1)
		go func() {
			defer all.Done()
			w := dial()
			defer w.Close()
			id, epoch := fmt.Sprintf("member-%d-%d", i, time.Now().UnixNano()), int32(0)
			var owned []kmsg.ConsumerGroupHeartbeatRequestTopic
			for {
				beat := kmsg.NewPtrConsumerGroupHeartbeatRequest()
				beat.Version, beat.Group, beat.MemberID, beat.MemberEpoch = 1, where, id, epoch
				beat.RebalanceTimeoutMillis = 60_000
				beat.SubscribedTopicNames = []string{where}
				beat.Topics = owned
				if owned == nil {
					beat.Topics = []kmsg.ConsumerGroupHeartbeatRequestTopic{}
				}
				answer := w.ask(beat).(*kmsg.ConsumerGroupHeartbeatResponse)
				if answer.ErrorCode != 0 {
					panic(kerr.ErrorForCode(answer.ErrorCode))
				}
				epoch = answer.MemberEpoch
				wait := time.Duration(answer.HeartbeatIntervalMillis) * time.Millisecond
				if answer.Assignment != nil {
					owned = owned[:0]
					count := 0
					for _, topic := range answer.Assignment.Topics {
						owned = append(owned, kmsg.ConsumerGroupHeartbeatRequestTopic{TopicID: topic.TopicID, Partitions: topic.Partitions})
						count += len(topic.Partitions)
					}
					mu.Lock()
					total += count - has[i]
					has[i] = count
					if total == benchMembers && len(has) == benchMembers && evenly(has) {
						select {
						case <-stable:
						default:
							close(stable)
						}
					}
					mu.Unlock()
					wait = 0 // what it gave up or took is told at once
				}
				select {
				case <-over:
					return
				case <-time.After(wait):
				}
			}
		}()
	}
	settled(stable, begun, cpuBefore, pid, "KIP-848 group of 1000")
	close(over)
	all.Wait()
}

func evenly(has map[int]int) bool {
	for _, count := range has {
		if count != 1 {
			return false
		}
	}
	return true
}

func commit(w *wire, group, where string, generation int32, member string, offset int64) {
	request := kmsg.NewPtrOffsetCommitRequest()
	request.Version, request.Group, request.Generation, request.MemberID = 9, group, generation, member
	request.Topics = []kmsg.OffsetCommitRequestTopic{{Topic: where, Partitions: []kmsg.OffsetCommitRequestTopicPartition{{Partition: 0, Offset: offset, LeaderEpoch: -1}}}}
	answer := w.ask(request).(*kmsg.OffsetCommitResponse)
	must(kerr.ErrorForCode(answer.Topics[0].Partitions[0].ErrorCode))
}

// benchCommits: a thousand commits a second of one partition each, from 20 groups.
func benchCommits(pid string) {
	const groups, perSecond, seconds = 20, 1000, 10
	where := topic("bench-commits", 1, 0)
	var all sync.WaitGroup
	var commits, late atomic.Int64
	start := make(chan struct{})
	for i := range groups {
		all.Add(1)
		go func() {
			defer all.Done()
			w, group := dial(), fmt.Sprint(where, "-", i)
			commit(w, group, where, -1, "", 0)
			<-start
			begun := time.Now()
			for n := range int64(perSecond * seconds / groups) {
				due := begun.Add(time.Duration(n) * time.Second * groups / perSecond)
				time.Sleep(time.Until(due))
				asked := time.Now()
				commit(w, group, where, -1, "", n)
				if time.Since(asked) > 100*time.Millisecond {
					late.Add(1)
				}
				commits.Add(1)
			}
		}()
	}
	time.Sleep(2 * time.Second)
	before, begun := cpu(pid), time.Now()
	close(start)
	all.Wait()
	report("commits: per second", float64(commits.Load())/time.Since(begun).Seconds())
	report("commits: CPU us of the node each", (cpu(pid)-before)/float64(commits.Load())*1e6)
	report("commits: slower than 100 ms", float64(late.Load()))
}

// benchTransactions: one producer, each transaction a record to each of 20 partitions.
func benchTransactions(pid string) {
	const partitions = 20
	where := topic("bench-transactions", partitions, 0)
	cl := transactional("bench", kgo.ProducerLinger(0))
	defer cl.Close()
	once := func() {
		must(cl.BeginTransaction())
		var records []*kgo.Record
		for part := range partitions {
			records = append(records, &kgo.Record{Topic: where, Partition: int32(part), Value: []byte("a record of some length")})
		}
		must(cl.ProduceSync(background, records...).FirstErr())
		must(cl.EndTransaction(background, kgo.TryCommit))
	}
	for range 20 {
		once()
	}
	before, begun, count := cpu(pid), time.Now(), 0
	for time.Since(begun) < 8*time.Second {
		once()
		count++
	}
	report("transactions of 20 partitions: per second", float64(count)/time.Since(begun).Seconds())
	report("transactions of 20 partitions: CPU ms of the node each", (cpu(pid)-before)/float64(count)*1e3)
}

// benchIdle: groups of one member, which has committed an offset and is silent; its session is half an hour.
func benchIdle(pid string) {
	const groups, connections = 10_000, 20
	where := topic("bench-idle", 1, 0)
	subscription := kmsg.ConsumerMemberMetadata{Version: 1, Topics: []string{where}}
	metadata := subscription.AppendTo(nil)
	collect(pid)
	heap := live(pid)
	before, cpuBefore, begun := resident(pid), cpu(pid), time.Now()
	var all sync.WaitGroup
	for c := range connections {
		all.Add(1)
		go func() {
			defer all.Done()
			w := dial()
			defer w.Close()
			for i := c; i < groups; i += connections {
				group, id := fmt.Sprintf("%s-%05d", where, i), ""
				for {
					join := kmsg.NewPtrJoinGroupRequest()
					join.Version, join.Group, join.MemberID, join.ProtocolType = 9, group, id, "consumer"
					join.SessionTimeoutMillis, join.RebalanceTimeoutMillis = 1_800_000, 60_000
					join.Protocols = []kmsg.JoinGroupRequestProtocol{{Name: "range", Metadata: metadata}}
					joined := w.ask(join).(*kmsg.JoinGroupResponse)
					id = joined.MemberID
					if joined.ErrorCode != 0 {
						continue
					}
					sync := kmsg.NewPtrSyncGroupRequest()
					sync.Version, sync.Group, sync.MemberID, sync.Generation = 5, group, id, joined.Generation
					sync.ProtocolType, sync.Protocol = kmsg.StringPtr("consumer"), kmsg.StringPtr("range")
					one := kmsg.ConsumerMemberAssignment{Version: 1, Topics: []kmsg.ConsumerMemberAssignmentTopic{{Topic: where, Partitions: []int32{0}}}}
					sync.GroupAssignment = []kmsg.SyncGroupRequestGroupAssignment{{MemberID: id, MemberAssignment: one.AppendTo(nil)}}
					must(kerr.ErrorForCode(w.ask(sync).(*kmsg.SyncGroupResponse).ErrorCode))
					commit(w, group, where, joined.Generation, id, int64(i))
					break
				}
			}
		}()
	}
	all.Wait()
	report("10000 idle groups: s to make", time.Since(begun).Seconds())
	report("10000 idle groups: CPU s to make", cpu(pid)-cpuBefore)
	collect(pid)
	report("10000 idle groups: MiB resident more", resident(pid)-before)
	report("10000 idle groups: MiB resident in all", resident(pid))
	if now := live(pid); now > 0 {
		report("10000 idle groups: MiB of live heap more (Kafka)", now-heap)
	}
}

// collect has a JVM collect its garbage; nothing else has any.
func collect(pid string) { exec.Command("jcmd", pid, "GC.run").Run(); time.Sleep(time.Second) }

// live heap of a JVM in MiB, 0 for others.
func live(pid string) float64 {
	text, err := exec.Command("jcmd", pid, "GC.class_histogram").Output()
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if err != nil || len(lines) < 2 {
		return 0
	}
	fields := strings.Fields(lines[len(lines)-1])
	bytes, _ := strconv.ParseFloat(fields[len(fields)-1], 64)
	return bytes / (1 << 20)
}
