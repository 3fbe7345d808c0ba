# SPDX-License-Identifier: Apache-2.0
"""kafka - a real broker, looked at by a client that isn't ours

    broker = kafka.Kafka()                      started; it stops at the end
    broker.create_topic("pins", partitions=3)
    broker.produce("pins", [b"a", ("key", "b"), ("key", "c", [("h", b"1")])])
    broker.consume("pins")                      [Record(partition, offset, ...)]
    broker.consume_java("pins")                 the same, by Kafka's own client
    broker.end_offsets("pins")                  {0: 2, 1: 0, 2: 1}
    broker.group_offsets("g")                   {("pins", 0): (2, "metadata")}
    stage["brokers"] = "${KAFKA_BROKERS}"       for an environment of broker.env
    broker.kill(); broker.restart(); broker.signal(signal.SIGSTOP)

The client is Debian's python3-confluent-kafka, so the script goes on in
Debian's own Python where another one began it.  It has librdkafka below, as
our plugins do: what matters most is read with Kafka's own client in Java too.
The metadata of committed offsets, which the Python one can't tell, is asked in
Kafka's protocol itself.
"""

import base64
import collections
import os
import socket
import struct
import subprocess
import sys

import mill
import msk
from databases import Server

DEBIAN = "/usr/bin/python3"

try:
    import confluent_kafka as client
    from confluent_kafka import admin
except ImportError:
    if os.path.realpath(sys.executable) == os.path.realpath(DEBIAN):
        print("no confluent_kafka; apt-get install python3-confluent-kafka")
        sys.exit(77)
    sys.stdout.flush()
    os.execv(DEBIAN, [DEBIAN, *sys.argv])

Record = collections.namedtuple("Record", "partition offset key value headers")

# Those of Kafka's requests that we ask ourselves, in a version that each broker
# since 2.1 answers.
OFFSET_COMMIT, OFFSET_FETCH, FIND_COORDINATOR = (8, 2), (9, 2), (10, 0)
DELETE_RECORDS = (21, 0)
# The coordinator is loading, isn't there yet, or is another.
NOT_YET = (14, 15, 16)


class Kafka(Server):
    name = service = "kafka"
    prefix = "KAFKA"

    def __init__(self, **settings):
        """SETTINGS are variables of tests/services/kafka, such as
        KAFKA_AUTO_CREATE="true"."""
        self.env = mill.service(self.service, **settings)
        self.dir = self.env["KAFKA_DIR"]
        self.brokers = self.env["KAFKA_BROKERS"]

    def signal(self, number):
        os.kill(int(mill.read(os.path.join(self.dir, "pid"))), number)

    # ---- how a client gets in --------------------------------------------

    def plaintext(self):
        return {"bootstrap.servers": self.brokers}

    def tls(self):
        """The listener that wants a certificate."""
        return {"bootstrap.servers": self.env["KAFKA_SSL_BROKERS"],
                "security.protocol": "SSL",
                "ssl.ca.location": self.env["KAFKA_CA"],
                "ssl.certificate.location": self.env["KAFKA_CLIENT_CERT"],
                "ssl.key.location": self.env["KAFKA_CLIENT_KEY"]}

    def sasl(self, mechanism="SCRAM-SHA-512"):
        return {"bootstrap.servers": self.env["KAFKA_SASL_BROKERS"],
                "security.protocol": "SASL_SSL",
                "ssl.ca.location": self.env["KAFKA_CA"],
                "sasl.mechanism": mechanism,
                "sasl.username": self.env["KAFKA_USER"],
                "sasl.password": self.env["KAFKA_PASSWORD"]}

    def oauth(self, **wrong):
        """With a token of MSK's; WRONG are other arguments of msk.token()."""
        right = {"key_id": self.env["KAFKA_ACCESS_KEY_ID"],
                 "secret": self.env["KAFKA_SECRET_ACCESS_KEY"],
                 "session": self.env["KAFKA_SESSION_TOKEN"],
                 "region": self.env["KAFKA_REGION"]}
        return {"bootstrap.servers": self.env["KAFKA_OAUTH_BROKERS"],
                "security.protocol": "SASL_SSL",
                "ssl.ca.location": self.env["KAFKA_CA"],
                "sasl.mechanism": "OAUTHBEARER",
                "oauth_cb": lambda _: msk.token(**(right | wrong))}

    # ---- topics ----------------------------------------------------------

    def create_topic(self, name, partitions=1, config=None):
        """CONFIG: {"retention.ms": "1000"}, say."""
        self._admin(lambda a: a.create_topics([admin.NewTopic(
            name, partitions, 1, config=config or {})], operation_timeout=30))
        mill.wait_for(lambda: len(self.partitions(name)) == partitions,
                      f"leaders for topic {name}")

    def delete_topic(self, name):
        self._admin(lambda a: a.delete_topics([name], operation_timeout=30))

    def _admin(self, call):
        asking = admin.AdminClient(self.plaintext())  # has to outlive its call
        for future in call(asking).values():
            future.result(60 * mill.SLOW)

    def topics(self):
        """The names of all but Kafka's own."""
        found = admin.AdminClient(self.plaintext()).list_topics(
            timeout=30 * mill.SLOW).topics
        return sorted(name for name in found if not name.startswith("__"))

    def partitions(self, topic):
        """The numbers of those that have a leader; [] without the topic."""
        found = admin.AdminClient(self.plaintext()).list_topics(
            timeout=30 * mill.SLOW).topics
        if topic not in found:
            return []
        return sorted(number for number, about
                      in found[topic].partitions.items() if about.leader >= 0)

    def end_offsets(self, topic):
        """Where the next record goes, of each partition."""
        reader = self._reader("read_uncommitted")
        try:
            return {number: reader.get_watermark_offsets(
                client.TopicPartition(topic, number),
                timeout=30 * mill.SLOW)[1] for number in self.partitions(topic)}
        finally:
            reader.close()

    # ---- records ---------------------------------------------------------

    def produce(self, topic, records, partition=None, config=None):
        """Each of RECORDS is a value, (key, value) or (key, value, headers).
        Returns when all are stored; CONFIG is more for the client."""
        failed = []
        writer = client.Producer(self.plaintext() | {
            "linger.ms": 5, "enable.idempotence": True, "log_level": 3}
            | (config or {}))
        where = {} if partition is None else {"partition": partition}
        for record in records:
            key, value, headers = (*record, None)[:3] if isinstance(
                record, tuple) else (None, record, None)
            while True:
                try:
                    writer.produce(topic, value, key, headers=headers, **where,
                                   on_delivery=lambda why, _:
                                   why and failed.append(why))
                    break
                except BufferError:  # its queue is full
                    writer.poll(0.1)
            writer.poll(0)
        left = writer.flush(60 * mill.SLOW)
        mill.check(not left and not failed, f"{topic}: {left} records not "
                   f"stored in time, {len(failed)} refused: {failed[:1]}")

    def delete_records(self, topic, partition, before):
        """Those in front of offset BEFORE, as retention does."""
        answer = self.ask(DELETE_RECORDS, b"".join([
            number(4, 1), text(topic), number(4, 1), number(4, partition),
            number(8, before), number(4, 30_000)]))
        refused(answer.last(), f"delete records of {topic}")

    def consume(self, topic, isolation="read_committed", timeout=60):
        """All that the topic holds now, as Records; those of a partition are in
        order.  isolation="read_uncommitted" has those of aborted and of open
        transactions too; without it reading ends before the first open one."""
        reader = self._reader(isolation)
        left = set(self.partitions(topic))
        mill.check(left, f"there is no topic {topic}")
        reader.assign([client.TopicPartition(topic, number,
                                             client.OFFSET_BEGINNING)
                       for number in left])
        end = mill.now() + timeout * mill.SLOW
        found = []
        try:
            while left:
                mill.check(mill.now() < end,
                           f"{topic}: no end of partitions {left} in time")
                for message in reader.consume(10000, 0.2):
                    why = message.error()
                    if why is None:
                        found.append(record_of(message))
                    elif why.code() == client.KafkaError._PARTITION_EOF:
                        left.discard(message.partition())
                    else:
                        raise mill.Failure(f"{topic}: {why}")
        finally:
            reader.close()
        return found

    def consume_java(self, topic, isolation="read_committed", timeout=60):
        """As consume(), by a client that shares no code with librdkafka."""
        done = subprocess.run(
            ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
             self.env["KAFKA_CLASSPATH"], "Records", self.brokers, topic,
             isolation], stdin=subprocess.DEVNULL, capture_output=True,
            check=False, timeout=timeout * mill.SLOW)
        mill.check(done.returncode == 0,
                   f"Records {topic}: {done.stderr.decode()[-2000:]}")
        return [java_record(line.split()) for line in done.stdout.splitlines()]

    def _reader(self, isolation):
        return client.Consumer(self.plaintext() | {
            "group.id": "the tests' reader", "enable.auto.commit": False,
            "auto.offset.reset": "error", "enable.partition.eof": True,
            "isolation.level": isolation, "check.crcs": True,
            "fetch.wait.max.ms": 20})

    # ---- groups ----------------------------------------------------------

    def group_offsets(self, group):
        """{(topic, partition): (offset, metadata)}, as committed."""
        found = {}
        answer = self._ask_coordinator(group, OFFSET_FETCH,
                                       text(group) + number(4, -1))
        for _ in range(answer.number(4)):
            topic = answer.text()
            for _ in range(answer.number(4)):
                partition, offset = answer.number(4), answer.number(8)
                found[topic, partition] = offset, answer.text()
                refused(answer.number(2), f"offsets of group {group}")
        refused(answer.number(2), f"offsets of group {group}")
        return found

    def commit_offset(self, group, topic, partition, offset, metadata=""):
        """As a client does that is no member of the group; the group has to be
        without members."""
        answer = self._ask_coordinator(group, OFFSET_COMMIT, b"".join([
            text(group), number(4, -1), text(""), number(8, -1),
            number(4, 1), text(topic), number(4, 1), number(4, partition),
            number(8, offset), text(metadata)]))
        answer.number(4), answer.text(), answer.number(4), answer.number(4)
        refused(answer.number(2), f"commit for group {group}")

    def _ask_coordinator(self, group, api, body):
        """Asks once the coordinator of the group answers for it; the first to
        ask for one has the broker make the topic where it keeps them."""
        mill.wait_for(lambda: self.ask(FIND_COORDINATOR, text(group)).number(2)
                      not in NOT_YET, f"coordinator of group {group}")
        # The last number of either answer is an error, which may be "loading".
        answers = []

        def answered():
            answers.append(self.ask(api, body))
            return answers[-1].last() not in NOT_YET

        mill.wait_for(answered, f"coordinator of group {group}")
        return answers[-1]

    def ask(self, api, body):
        host, port = self.brokers.split(":")
        request = (number(2, api[0]) + number(2, api[1]) + number(4, 1)
                   + text("millrace-tests") + body)
        with socket.create_connection((host, int(port)), 30) as broker:
            broker.sendall(number(4, len(request)) + request)
            with broker.makefile("rb") as replies:
                size, = struct.unpack(">i", replies.read(4))
                return Answer(replies.read(size)[4:])  # without its number


class Answer:
    """The bytes of a reply, read from the front."""

    def __init__(self, data):
        self.data = data

    def number(self, size):
        value = int.from_bytes(self.data[:size], "big", signed=True)
        self.data = self.data[size:]
        return value

    def text(self):
        size = self.number(2)
        if size < 0:
            return None
        value, self.data = self.data[:size].decode(), self.data[size:]
        return value

    def last(self):
        return int.from_bytes(self.data[-2:], "big", signed=True)


def number(size, value):
    return value.to_bytes(size, "big", signed=True)


def text(value):
    data = value.encode()
    return number(2, len(data)) + data


def refused(code, what):
    mill.check(code == 0, f"{what}: Kafka's error {code}")


def record_of(message):
    return Record(message.partition(), message.offset(), message.key(),
                  message.value(), message.headers() or [])


def java_record(words):
    """What a line of kafka-java/Records says."""
    key, value, *rest = [None if word == b"-" else b"" if word == b"="
                         else base64.b64decode(word) for word in words[2:]]
    return Record(int(words[0]), int(words[1]), key, value,
                  [(name.decode(), text) for name, text
                   in zip(rest[::2], rest[1::2])])


def refusal(config, timeout=20):
    """What a client of that configuration is told; "" where it gets in."""
    told = []
    caller = client.Producer(config | {"error_cb": told.append,
                                       "log_level": 0})
    return answer(caller, told, timeout)


def answer(caller, told, timeout=20):
    """As refusal(), to a client that lives already; it has TOLD its errors."""
    end = mill.now() + timeout * mill.SLOW
    while mill.now() < end:
        caller.poll(0.1)
        try:
            caller.list_topics(timeout=0.2)
            return ""
        except client.KafkaException:
            final = [why.str() for why in told
                     if why.code() == client.KafkaError._AUTHENTICATION
                     or "SSL routines" in why.str()]
            if final:
                return final[0]
    return "; ".join(why.str() for why in told) or "no answer"


def kcat(broker, *args):
    """What kcat prints: kcat(broker, "-L"), say."""
    done = subprocess.run(["kcat", "-b", broker.brokers, *args], check=False,
                          stdin=subprocess.DEVNULL, capture_output=True)
    mill.check(done.returncode == 0,
               f"kcat {' '.join(args)}: {done.stderr.decode()}")
    return done.stdout
