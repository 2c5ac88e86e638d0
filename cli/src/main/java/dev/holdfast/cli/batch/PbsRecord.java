// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The attributes that {@code qstat -f} and {@code qstat -Qf} print, one per line; a long one goes
 * on in lines that begin with a tab.
 */
final class PbsRecord {
  private static final DateTimeFormatter CTIME =
      DateTimeFormatter.ofPattern("EEE MMM d HH:mm:ss yyyy", Locale.ENGLISH);

  private final Map<String, String> attributes = new HashMap<>();

  private PbsRecord() {}

  /** The attributes of that job or queue; none where it is not among those printed. */
  static PbsRecord parse(String printed, String id) {
    PbsRecord record = new PbsRecord();
    String joined = printed.replace("\n\t", "");
    boolean inside = false;
    for (String line : joined.lines().toList()) {
      if (line.startsWith("Job Id:") || line.startsWith("Queue:")) {
        inside = number(line.substring(line.indexOf(':') + 1).strip()).equals(number(id));
      } else if (inside && line.contains(" = ")) {
        int equals = line.indexOf(" = ");
        record.attributes.putIfAbsent(
            line.substring(0, equals).strip(), line.substring(equals + 3).strip());
      }
    }
    return record;
  }

  /** Some places write the server's name after it, with or without its domain. */
  private static String number(String id) {
    return id.split("\\.", -1)[0];
  }

  boolean isEmpty() {
    return attributes.isEmpty();
  }

  /** An attribute's text, empty if there is none. */
  String get(String attribute) {
    return attributes.getOrDefault(attribute, "");
  }

  /** The moment in an attribute, such as {@code Tue Apr 9 18:26:32 2013} in UTC. */
  Optional<Instant> moment(String attribute) {
    try {
      String text = get(attribute).replaceAll("\\s+", " ");
      return Optional.of(LocalDateTime.parse(text, CTIME).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
