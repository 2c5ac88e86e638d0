// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.VersionInfo.State;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A directory in which one job of an example runs, again and again until it is done.
 *
 * @param arguments what the example is started with
 * @param environment settings of Holdfast
 */
record Workplace(
    Example example, List<String> arguments, Path directory, Map<String, String> environment) {

  /** Failures every fifth of a second: versions as often as their cost allows. */
  static final Map<String, String> MANY_VERSIONS = Map.of("HOLDFAST_MTTF", "200ms");

  /** Everything that must be the same whatever happened on the way. */
  record Final(String result, String state, Map<String, String> outputs) {}

  Workplace {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  Workplace with(List<String> otherArguments) {
    return new Workplace(example, otherArguments, directory, environment);
  }

  ExampleRun start(String... prefix) {
    return ExampleRun.start(List.of(prefix), example.program(), arguments, directory, environment);
  }

  /** Runs it to its end, whatever that is. */
  ExampleRun.Ended run() throws InterruptedException {
    try (ExampleRun run = start()) {
      return run.await();
    }
  }

  /** Runs it until every step is done. */
  ExampleRun.Ended complete() throws InterruptedException {
    ExampleRun.Ended ended = run();
    assertEquals(0, ended.code(), ended::toString);
    assertEquals(1, ended.out().stream().filter(example::isResult).count(), ended::toString);
    return ended;
  }

  Path store() {
    return directory.resolve(example.store());
  }

  /** What a completed run leaves. */
  Final last(ExampleRun.Ended ended) throws IOException {
    Map<String, String> outputs = new TreeMap<>();
    for (String name : example.outputs()) {
      outputs.put(name, hex(sha256().digest(Files.readAllBytes(directory.resolve(name)))));
    }
    return new Final(ended.out().getLast(), newestState(), outputs);
  }

  /**
   * SHA-256 over every region of the newest version, by name, type and content, and the counters.
   */
  String newestState() {
    MessageDigest digest = sha256();
    try (StoredVersion version = Store.open(store(), Disk.local()).newest().orElseThrow()) {
      State state = version.info().state();
      update(digest, state.step() + " steps " + state.phases());
      List<RegionSchema> regions = version.info().regions();
      assertTrue(regions.size() > 1, "a job protects something");
      for (int region = 0; region < regions.size(); region++) {
        update(digest, regions.get(region).toString());
        digestRegion(digest, version, region);
      }
    }
    return hex(digest.digest());
  }

  private static void digestRegion(MessageDigest digest, StoredVersion version, int region) {
    RegionSchema schema = version.info().regions().get(region);
    try (Arena arena = Arena.ofConfined()) {
      for (int block = 0; block < schema.blockCount(); block++) {
        MemorySegment bytes = arena.allocate(schema.blockLengthBytes(block), 8);
        version.readBlock(region, block, bytes);
        digest.update(bytes.asByteBuffer());
      }
    }
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }
}
