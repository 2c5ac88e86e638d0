// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.RegionSchema;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** SHA-256 of what a finished job has left: every region of its newest version, and its files. */
final class Digests {
  private Digests() {}

  /** By name: regions, then files. */
  static Map<String, String> of(Path folder, String storeName, String... files) throws IOException {
    Map<String, String> digests = new LinkedHashMap<>();
    Store store = Store.open(folder.resolve(storeName), Disk.local());
    try (StoredVersion version =
        store
            .newest()
            .orElseThrow(
                () -> new CommandException(ExitCode.NO_VERSION, store.root() + " is empty"))) {
      List<RegionSchema> regions = version.info().regions();
      for (int region = 0; region < regions.size(); region++) {
        digests.put(regions.get(region).name(), region(version, region));
      }
    }
    for (String file : files) {
      digests.put(file, hex(sha256().digest(Files.readAllBytes(folder.resolve(file)))));
    }
    return digests;
  }

  private static String region(StoredVersion version, int region) {
    RegionSchema schema = version.info().regions().get(region);
    MessageDigest digest = sha256();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(schema.blockSizeBytes(), 8);
      for (int block = 0; block < schema.blockCount(); block++) {
        MemorySegment bytes = buffer.asSlice(0, schema.blockLengthBytes(block));
        version.readBlock(region, block, bytes);
        digest.update(bytes.asByteBuffer());
      }
    }
    return hex(digest.digest());
  }

  /** One digest for all. */
  static String combined(Map<String, String> digests) {
    return hex(sha256().digest(digests.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
