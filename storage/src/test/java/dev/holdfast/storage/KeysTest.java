// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.storage.BlockCipher.Place;
import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key file is its owner's alone; a block opens with its own key, in its own place, only. */
class KeysTest {
  private static final byte[] KEY = bytes(IntStream.range(0, 32));
  private static final String KEY_ID = "e12a21fbd67c194b988e941418987b16";

  @TempDir Path folder;

  private static byte[] bytes(IntStream values) {
    int[] all = values.toArray();
    byte[] bytes = new byte[all.length];
    IntStream.range(0, all.length).forEach(i -> bytes[i] = (byte) all[i]);
    return bytes;
  }

  private Path file(byte[] content, String mode) throws IOException {
    Path file = Files.write(folder.resolve("key"), content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static String refused(Path file) {
    String message = assertThrows(KeyException.class, () -> Keys.read(file, false)).getMessage();
    assertTrue(message.contains(file.toString()), message);
    return message;
  }

  /** The identity is that of docs/format/file.md, computed there with other tools. */
  @Test
  void read_digitsOrBytes_areTheSameKey() throws IOException {
    String hex = HexFormat.of().formatHex(KEY);
    for (byte[] content :
        List.of(
            KEY,
            hex.getBytes(US_ASCII),
            (hex + "\n").getBytes(US_ASCII),
            (hex + "\r\n").getBytes(US_ASCII),
            hex.toUpperCase(Locale.ROOT).getBytes(US_ASCII))) {
      assertEquals(KEY_ID, Keys.read(file(content, "rw-------"), false).id().toString());
    }
  }

  @Test
  void read_whatIsNoKey_isRefusedWithTheRemedyAndNotShown() throws IOException {
    for (String content : List.of("", "secret", "0".repeat(63), "0".repeat(66), "g".repeat(64))) {
      String message = refused(file(content.getBytes(US_ASCII), "rw-------"));
      assertTrue(message.contains("/dev/urandom"), message);
      assertFalse(message.contains("secret"), message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-", "rw-r--r--"})
  void read_fileThatOthersMayUse_isRefused(String mode) throws IOException {
    assertTrue(refused(file(KEY, mode)).contains("chmod 600"));
  }

  @Test
  void read_readOnlyFileBehindALink_isRead() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), file(KEY, "r--------"));
    assertEquals(KEY_ID, Keys.read(link, false).id().toString());
  }

  @Test
  void read_fileOfAnotherUser_isRefused() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can give files away");
    Path file = file(KEY, "rw-------");
    Files.setOwner(
        file,
        folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("daemon"));
    assertTrue(refused(file).contains("belongs to daemon"));
  }

  @Test
  void read_missingFileOrFolder_isRefused() {
    assertTrue(refused(folder.resolve("none")).contains("no such file"));
    assertTrue(refused(folder).contains("regular file"));
  }

  @Test
  void environment_namesTheKeyFile() {
    assertEquals(Optional.empty(), Keys.fileNamedBy(Map.of()));
    assertEquals(Optional.of(Path.of("k")), Keys.fileNamedBy(Map.of("HOLDFAST_KEY_FILE", "k")));
    assertThrows(KeyException.class, () -> Keys.fileNamedBy(Map.of("HOLDFAST_KEY_FILE", " ")));
    assertFalse(Keys.acceptedBy(Map.of()));
    assertTrue(Keys.acceptedBy(Map.of("HOLDFAST_ACCEPT_UNSEALED", "1")));
    assertThrows(
        KeyException.class, () -> Keys.acceptedBy(Map.of("HOLDFAST_ACCEPT_UNSEALED", "perhaps")));
  }

  @Test
  void toString_tellsTheIdentityOnly() {
    assertEquals("key " + KEY_ID, Keys.of(KEY, false).toString());
    assertEquals("no key", Keys.NONE.toString());
  }

  private static RegionSchema region(String name) {
    return new RegionSchema(
        name, RegionKind.ARRAY, ElementType.OPAQUE, "bytes", List.of(), 64, 12, false);
  }

  private static byte[] sealed(Place place) {
    byte[] block = new byte[64 + BlockCipher.EXTRA_BYTES];
    Arrays.fill(block, 0, 64, (byte) 5);
    new BlockCipher(new Id128(1, 2), KEY).seal(MemorySegment.ofArray(block), 77, 4096, place);
    return block;
  }

  private static BlockCipher.@Nullable Opened opened(
      Id128 file, byte[] key, byte[] stored, long offset, Place place) {
    return new BlockCipher(file, key).open(MemorySegment.ofArray(stored.clone()), offset, place);
  }

  @Test
  void block_opensWithItsKeyInItsPlace_only() {
    Place place = new Place(region("field"), 3, 0x10, 1);
    Id128 file = new Id128(1, 2);
    byte[] stored = sealed(place);
    BlockCipher.Opened opened = opened(file, KEY, stored, 4096, place);
    assertNotNull(opened);
    assertEquals(77, opened.crc32Raw());
    assertEquals(-1, opened.encoded().mismatch(MemorySegment.ofArray(filled(64, 5))));
    assertNull(opened(new Id128(1, 3), KEY, stored, 4096, place), "another file");
    assertNull(opened(file, filled(32, 8), stored, 4096, place), "another key");
    assertNull(opened(file, KEY, stored, 4104, place), "another offset");
    for (Place other :
        List.of(
            new Place(region("field2"), 3, 0x10, 1),
            new Place(region("field"), 2, 0x10, 1),
            new Place(region("field"), 3, 0x12, 1),
            new Place(region("field"), 3, 0x10, 0))) {
      assertNull(opened(file, KEY, stored, 4096, other), other.toString());
    }
    for (int bytes = 0; bytes < stored.length; bytes++) {
      assertNull(opened(file, KEY, Arrays.copyOf(stored, bytes), 4096, place), "cut to " + bytes);
    }
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
