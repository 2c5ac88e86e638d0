// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;

/** The facts without which a figure means nothing. */
final class Machine {
  private static final Path CPUS = Path.of("/proc/cpuinfo");
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final Path LOAD = Path.of("/proc/loadavg");

  private Machine() {}

  static Map<String, Object> facts(Path scratch) throws IOException {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("date", LocalDate.now(ZoneOffset.UTC).toString());
    facts.put("cpu_model", field(CPUS, "model name"));
    facts.put("cores", Runtime.getRuntime().availableProcessors());
    facts.put("memory_bytes", memoryBytes("MemTotal"));
    facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("jdk", System.getProperty("java.vm.vendor") + " " + Runtime.version());
    facts.put("file_system", Files.getFileStore(scratch).type());
    facts.put("load_average_1min_at_start", loadAverage());
    return facts;
  }

  /** How many processes wanted a core in the last minute; this one among them. */
  static double loadAverage() throws IOException {
    return Files.exists(LOAD) ? Double.parseDouble(Files.readString(LOAD).split(" ", 2)[0]) : 0;
  }

  /** A field of /proc/meminfo, 0 where there is none. */
  static long memoryBytes(String name) throws IOException {
    String kibibytes = field(MEMORY, name).replace(" kB", "");
    return kibibytes.isEmpty() ? 0 : Long.parseLong(kibibytes) << 10;
  }

  private static String field(Path file, String name) throws IOException {
    if (!Files.exists(file)) {
      return "";
    }
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }
}
