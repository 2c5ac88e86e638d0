// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.RecordRebuild.Rebuilt;
import dev.holdfast.storage.Survey.Known;
import dev.holdfast.storage.codec.BlockDecoder;
import dev.holdfast.storage.codec.BlockEncoder;
import dev.holdfast.storage.codec.Codec;
import dev.holdfast.storage.codec.CodecChoice;
import dev.holdfast.storage.codec.CodecException;
import dev.holdfast.storage.codec.Crc;
import dev.holdfast.storage.codec.Pipeline;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.OneByte;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the stored bytes of a damaged block: with one byte changed; where another file stores the
 * same bytes; or by encoding again what another file stores of the same raw block. Whatever is
 * found must have the length and both checksums that are known: CRC32C of the stored bytes, CRC32
 * of the raw ones. Of a sealed file the tag must be right as well.
 */
final class BlockRebuild implements AutoCloseable {
  /** The level that versions are written with unless asked, then the others. */
  private static final int[] LEVELS =
      IntStream.concat(IntStream.rangeClosed(1, 22), IntStream.rangeClosed(-7, -1)).toArray();

  private final Disk disk;
  private final StoreLayout layout;
  private final Rebuilt record;
  private final VersionInfo info;
  private final Survey survey;
  private final BlockIndex index;
  private final @Nullable BlockCipher cipher;
  private final Arena arena = Arena.ofConfined();
  private final BlockScratch scratch = new BlockScratch();
  private final BlockEncoder encoder = new BlockEncoder();

  BlockRebuild(Disk disk, StoreLayout layout, Rebuilt record, VersionInfo info, Survey survey) {
    this.disk = disk;
    this.layout = layout;
    this.record = record;
    this.info = info;
    this.survey = survey;
    this.index = record.index();
    this.cipher = layout.keys().blocks(record.header());
  }

  /** Stored bytes, and how they were found. */
  record Found(@SuppressWarnings("ArrayRecordComponent") byte[] stored, String how) {}

  /**
   * Looks for the stored bytes of a block of this file.
   *
   * @param damaged what stands in their place
   */
  Optional<Found> find(int entry, int rawBytes, byte[] damaged) throws IOException {
    Optional<Found> found = oneByte(entry, rawBytes, damaged);
    if (found.isEmpty()) {
      found = elsewhere(entry, rawBytes);
    }
    return found;
  }

  private Optional<Found> oneByte(int entry, int rawBytes, byte[] damaged) throws IOException {
    int computed = Crc.crc32c(copy(damaged));
    for (OneByte.Change change :
        OneByte.candidates(damaged.length, index.crcStored(entry), computed)) {
      byte[] trial = damaged.clone();
      change.apply(trial, 0);
      if (accepts(entry, rawBytes, trial)) {
        return Optional.of(new Found(trial, "one byte had changed"));
      }
    }
    return Optional.empty();
  }

  private MemorySegment copy(byte[] bytes) {
    MemorySegment memory = scratch.stored(bytes.length);
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return memory;
  }

  private boolean accepts(int entry, int rawBytes, byte[] stored) throws IOException {
    if (stored.length != index.storedBytes(entry)) {
      return false;
    }
    MemorySegment memory = copy(stored);
    if (Crc.crc32c(memory) != index.crcStored(entry)) {
      return false;
    }
    BlockCipher.Opened opened = opened(entry, memory);
    if (opened == null) {
      return false;
    }
    MemorySegment raw = scratch.raw(rawBytes);
    try {
      scratch.decoder().decode(index.codec(entry), opened.encoded(), raw);
    } catch (CodecException e) {
      return false;
    }
    return (index.xorDepth(entry) == 0 || xorBelow(entry, raw))
        && Crc.crc32(raw) == opened.crc32Raw();
  }

  /** Decrypts what this file stores; null when the tag is wrong. */
  private BlockCipher.@Nullable Opened opened(int entry, MemorySegment stored) {
    return cipher == null
        ? new BlockCipher.Opened(stored, index.crcRaw(entry))
        : cipher.open(stored, index.offset(entry), place(entry));
  }

  private BlockCipher.Place place(int entry) {
    Block block = block(entry);
    return new BlockCipher.Place(
        block.region(), block.number(), index.codec(entry), index.xorDepth(entry));
  }

  /** Which block of which region an entry of this file's index stands for. */
  private record Block(RegionSchema region, int number) {}

  private Block block(int entry) {
    int first = 0;
    for (RegionSchema region : info.regions()) {
      if (entry < first + region.blockCount()) {
        return new Block(region, entry - first);
      }
      first += region.blockCount();
    }
    throw new IllegalArgumentException("entry " + entry + " is a layer");
  }

  /** XORs a block with the layers below it; false when one of them cannot be read. */
  private boolean xorBelow(int entry, MemorySegment into) throws IOException {
    Block place = block(entry);
    for (int at = entry; index.xorDepth(at) > 0; ) {
      at = index.xorRef(at);
      FileRef ref = info.refs().get(index.file(at) - 1);
      MemorySegment layer = scratch.layer((int) into.byteSize());
      if (!decode(layout.record(ref.number()), ref, at, place, layer)) {
        return false;
      }
      BlockDecoder.xor(into, layer);
    }
    return true;
  }

  private boolean decode(Path path, FileRef ref, int entry, Block place, MemorySegment into)
      throws IOException {
    try (RecordFile file = RecordFile.open(disk, layout.keys(), path, ref.number())) {
      return file.footer().digest().equals(ref.digest()) && decode(file, index, entry, place, into);
    } catch (StoreException e) {
      return false;
    } catch (IOException e) {
      RecordFile.passOver(e);
      return false;
    }
  }

  private boolean decode(RecordFile file, BlockIndex of, int entry, Block place, MemorySegment into)
      throws IOException {
    MemorySegment stored = scratch.stored(of.storedBytes(entry));
    file.readFully(stored.asByteBuffer(), of.offset(entry));
    if (Crc.crc32c(stored) != of.crcStored(entry)) {
      return false;
    }
    try {
      BlockCipher.Opened opened = file.decrypted(stored, of, entry, place.region(), place.number());
      scratch.decoder().decode(of.codec(entry), opened.encoded(), into);
      return true;
    } catch (CodecException | DamagedException e) {
      return false;
    }
  }

  /**
   * Looks through every sound file for the same raw block: anywhere by its checksum; of a sealed
   * file, whose index does not tell that, in the same place.
   */
  private Optional<Found> elsewhere(int entry, int rawBytes) throws IOException {
    for (boolean verbatim : new boolean[] {true, false}) {
      for (Known known : survey.files()) {
        List<RegionSchema> regions = known.version().map(VersionInfo::regions).orElse(List.of());
        int other = 0;
        for (int region = 0; region < regions.size(); region++) {
          for (int block = 0; block < regions.get(region).blockCount(); block++, other++) {
            boolean same =
                known.index().file(other) == 0
                    && mayBe(known, other, new Block(regions.get(region), block), entry)
                    && regions.get(region).blockLengthBytes(block) == rawBytes
                    && !isSelf(known, other, entry);
            if (same) {
              Optional<byte[]> stored =
                  verbatim
                      ? copyOf(known, other, entry)
                      : encodedAgain(known, region, block, other, entry, rawBytes);
              if (stored.isPresent() && accepts(entry, rawBytes, stored.get())) {
                String how = verbatim ? "record %d stores the same bytes" : "encoded again from %d";
                return Optional.of(
                    new Found(stored.get(), String.format(Locale.ROOT, how, known.number())));
              }
            }
          }
        }
      }
    }
    return Optional.empty();
  }

  private boolean mayBe(Known known, int other, Block place, int entry) {
    if (cipher == null) {
      return known.index().crcRaw(other) == index.crcRaw(entry);
    }
    Block wanted = block(entry);
    return place.number() == wanted.number()
        && place.region().name().equals(wanted.region().name());
  }

  private boolean isSelf(Known known, int other, int entry) {
    return known.header().fileId().equals(record.header().fileId())
        && known.path().equals(layout.record(known.number()))
        && other == entry;
  }

  private Optional<byte[]> copyOf(Known known, int other, int entry) throws IOException {
    BlockIndex from = known.index();
    boolean same =
        from.storedBytes(other) == index.storedBytes(entry)
            && from.crcStored(other) == index.crcStored(entry)
            && from.codec(other) == index.codec(entry)
            && from.xorDepth(other) == index.xorDepth(entry);
    if (!same) {
      return Optional.empty();
    }
    try (RecordFile file = RecordFile.open(disk, layout.keys(), known.path(), known.number())) {
      byte[] stored = new byte[from.storedBytes(other)];
      file.readFully(ByteBuffer.wrap(stored), from.offset(other));
      return Optional.of(stored);
    } catch (StoreException e) {
      return Optional.empty();
    } catch (IOException e) {
      RecordFile.passOver(e);
      return Optional.empty();
    }
  }

  private Optional<byte[]> encodedAgain(
      Known known, int region, int block, int other, int entry, int rawBytes) throws IOException {
    MemorySegment raw = arena.allocate(rawBytes, 8);
    if (!readRaw(known, region, block, other, raw)) {
      return Optional.empty();
    }
    MemorySegment below = MemorySegment.NULL;
    if (index.xorDepth(entry) > 0) {
      below = arena.allocate(rawBytes, 8); // zeros, and so the value of the layers when XORed
      if (!xorBelow(entry, below)) {
        return Optional.empty();
      }
    }
    return encode(entry, raw, below);
  }

  private boolean readRaw(Known known, int region, int block, int other, MemorySegment into)
      throws IOException {
    try {
      if (known.index().xorDepth(other) == 0) {
        try (RecordFile file = RecordFile.open(disk, layout.keys(), known.path(), known.number())) {
          RegionSchema schema = known.version().orElseThrow().regions().get(region);
          return decode(file, known.index(), other, new Block(schema, block), into);
        }
      }
      if (!known.path().equals(layout.record(known.number()))) {
        return false; // layers of what lies in quarantine may be gone
      }
      try (StoredVersion version = StoredVersion.open(disk, layout, known.number())) {
        version.readBlock(region, block, into, scratch);
        return true;
      }
    } catch (StoreException e) {
      return false;
    } catch (IOException e) {
      RecordFile.passOver(e);
      return false;
    }
  }

  /** The block as the writer has encoded it: at which level of zstd has to be tried. */
  private Optional<byte[]> encode(int entry, MemorySegment raw, MemorySegment below) {
    Codec codec;
    try {
      codec = Codec.parse(index.codec(entry));
    } catch (CodecException e) {
      return Optional.empty();
    }
    if (codec.pipeline() == Pipeline.RAW && below.byteSize() == 0) {
      return Optional.of(stored(entry, raw, Crc.crc32(raw)));
    }
    if (codec.pipeline() == Pipeline.RAW || codec.pipeline() == Pipeline.ZERO) {
      return Optional.empty();
    }
    int extraBytes = cipher == null ? 0 : BlockCipher.EXTRA_BYTES;
    for (int level : LEVELS) {
      CodecChoice choice = new CodecChoice(codec, level);
      var encoded =
          below.byteSize() == 0
              ? encoder.encode(raw, choice)
              : encoder.encodeXor(raw, below, choice);
      if (encoded.storedBytes() + extraBytes == index.storedBytes(entry)) {
        byte[] stored = stored(entry, encoded.stored(), encoded.crc32Raw());
        if (Crc.crc32c(copy(stored)) == index.crcStored(entry)) {
          return Optional.of(stored);
        }
      }
    }
    return Optional.empty();
  }

  /** What this file stores of an encoded block: a sealed one encrypts it for its place. */
  private byte[] stored(int entry, MemorySegment encoded, int crc32Raw) {
    if (cipher == null) {
      return encoded.toArray(ValueLayout.JAVA_BYTE);
    }
    MemorySegment block = arena.allocate(encoded.byteSize() + BlockCipher.EXTRA_BYTES, 8);
    MemorySegment.copy(encoded, 0, block, 0, encoded.byteSize());
    cipher.seal(block, crc32Raw, index.offset(entry), place(entry));
    return block.toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public void close() {
    encoder.close();
    scratch.close();
    arena.close();
  }
}
