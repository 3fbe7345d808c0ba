// SPDX-License-Identifier: Apache-2.0

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Records BROKERS TOPIC ISOLATION - prints all that a topic holds now, as
 * Kafka's own client sees it, which shares no code with ours. A line a record:
 *
 *     PARTITION OFFSET KEY VALUE [NAME VALUE]...     the headers last
 *
 * Texts are base64; one that is empty is "=", one that is none is "-".
 */
public class Records {
    public static void main(String[] args) throws IOException {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", args[0]);
        settings.put("isolation.level", args[2]);
        settings.put("auto.offset.reset", "none");
        settings.put("enable.auto.commit", "false");
        settings.put("allow.auto.create.topics", "false");
        settings.put("fetch.max.wait.ms", "50");
        settings.put("key.deserializer", ByteArrayDeserializer.class);
        settings.put("value.deserializer", ByteArrayDeserializer.class);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings);
             BufferedWriter out = new BufferedWriter(new OutputStreamWriter(
                 System.out, StandardCharsets.US_ASCII))) {
            List<TopicPartition> all = consumer.partitionsFor(args[1]).stream()
                .map(about -> new TopicPartition(args[1], about.partition())).toList();
            // Of committed records only, these are before the first open one.
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (all.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    print(out, record);
                }
            }
        }
    }

    private static void print(BufferedWriter out, ConsumerRecord<byte[], byte[]> record)
        throws IOException {
        out.write(record.partition() + " " + record.offset() + " "
                  + spell(record.key()) + " " + spell(record.value()));
        for (Header header : record.headers()) {
            out.write(" " + spell(header.key().getBytes(StandardCharsets.UTF_8)) + " "
                      + spell(header.value()));
        }
        out.write("\n");
    }

    private static String spell(byte[] data) {
        if (data == null) {
            return "-";
        }
        return data.length == 0 ? "=" : Base64.getEncoder().encodeToString(data);
    }
}
