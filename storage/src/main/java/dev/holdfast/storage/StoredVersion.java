// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.BlockDecoder;
import dev.holdfast.storage.codec.CodecException;
import dev.holdfast.storage.codec.Crc;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A version opened for reading. Opening has checked its metadata and that every file it needs is
 * there with the right identity, length and digest; reading checks every block.
 *
 * <p>For use by one thread at a time.
 */
public final class StoredVersion implements AutoCloseable {
  private final RecordFile record;
  private final VersionInfo info;
  private final BlockIndex index;
  private final int[] firstEntry;

  /** File k of the index: 0 is the record itself. */
  private final RecordFile[] files;

  private @Nullable BlockScratch scratch;
  private boolean closed;

  private StoredVersion(RecordFile record, VersionInfo info, BlockIndex index, RecordFile[] files) {
    this.record = record;
    this.info = info;
    this.index = index;
    this.files = files;
    this.firstEntry = firstEntries(info.regions());
  }

  static int[] firstEntries(List<RegionSchema> regions) {
    int[] first = new int[regions.size()];
    int entry = 0;
    for (int i = 0; i < first.length; i++) {
      first[i] = entry;
      entry = Math.addExact(entry, regions.get(i).blockCount());
    }
    return first;
  }

  /**
   * Opens and checks a version, all but its blocks.
   *
   * @throws DamagedException when it or a file it needs is not sound
   * @throws IOException when a file cannot be read
   */
  static StoredVersion open(Disk disk, StoreLayout layout, long number) throws IOException {
    RecordFile record = RecordFile.open(disk, layout, number);
    RecordFile[] files = {record};
    try {
      String name = record.path().toString();
      if (record.header().type() != RecordType.VERSION) {
        throw new DamagedException(name, -1, "record " + number + " is not a version");
      }
      RecordFile.Metadata metadata = record.readMetadata();
      VersionInfo info =
          VersionInfo.decode(name, record.footer().sectionsOffset(), metadata.sections());
      metadata.index().check(name, info.blockCount(), info.refs().size() + 1);
      if (metadata.index().size() < info.blockCount()) {
        throw new DamagedException(name, -1, "its index names fewer blocks than its regions have");
      }
      files = openRefs(disk, layout, record, info);
      return new StoredVersion(record, info, metadata.index(), files);
    } catch (IOException | RuntimeException e) {
      for (RecordFile file : files) {
        file.close();
      }
      throw e;
    }
  }

  private static RecordFile[] openRefs(
      Disk disk, StoreLayout layout, RecordFile record, VersionInfo info) throws IOException {
    RecordFile[] files = new RecordFile[info.refs().size() + 1];
    files[0] = record;
    try {
      for (int k = 1; k < files.length; k++) {
        FileRef ref = info.refs().get(k - 1);
        files[k] = openRef(disk, layout, record, ref.number());
        boolean same =
            files[k].header().fileId().equals(ref.fileId())
                && files[k].header().keyId().equals(record.header().keyId())
                && files[k].footer().digest().equals(ref.digest())
                && files[k].footer().fileBytes() == ref.bytes();
        if (!same) {
          throw new DamagedException(
              files[k].path().toString(),
              -1,
              "it is not the file that version " + record.header().number() + " was built on");
        }
      }
      return files;
    } catch (IOException | RuntimeException e) {
      for (int k = 1; k < files.length && files[k] != null; k++) {
        files[k].close();
      }
      throw e;
    }
  }

  /** Nothing is wrong with the version's own file when another one is missing, and that is told. */
  private static RecordFile openRef(Disk disk, StoreLayout layout, RecordFile record, long number)
      throws IOException {
    try {
      return RecordFile.open(disk, layout, number);
    } catch (NoSuchFileException e) {
      String needed = layout.record(number).toString();
      NoSuchFileException told =
          new NoSuchFileException(
              record.path().toString(), needed, "it needs " + needed + ", which is missing");
      told.initCause(e);
      throw told;
    }
  }

  /** Its number in the line. */
  public long number() {
    return record.header().number();
  }

  /** The attempt that wrote it. */
  public long attempt() {
    return record.header().attempt();
  }

  /** The length of its file in bytes. */
  public long fileBytes() {
    return record.footer().fileBytes();
  }

  public VersionInfo info() {
    return info;
  }

  /** What its record says. */
  public StoreRecord.VersionRecord toRecord() {
    return new StoreRecord.VersionRecord(
        number(), attempt(), record.header().createdEpochMs(), info, fileBytes());
  }

  FileHeader header() {
    return record.header();
  }

  RecordFile record() {
    return record;
  }

  BlockIndex index() {
    return index;
  }

  /** The version's file as another version refers to it. */
  FileRef ownRef() {
    return new FileRef(
        number(),
        record.header().fileId(),
        record.footer().digest(),
        record.footer().fileBytes(),
        record.header().createdEpochMs());
  }

  /** The position of a region by name, or -1. */
  public int regionNamed(String name) {
    List<RegionSchema> regions = info.regions();
    for (int i = 0; i < regions.size(); i++) {
      if (regions.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Reads one block and verifies it.
   *
   * @param region the region's position in {@code info().regions()}
   * @param block the block in the region
   * @param into native memory, exactly as long as the block
   * @throws DamagedException when the bytes are not what was stored
   * @throws StoreIoException when they cannot be read
   */
  public void readBlock(int region, int block, MemorySegment into) {
    readBlock(region, block, into, scratch());
  }

  /** Reads one block as above; several threads may do so at once, each with its own scratch. */
  void readBlock(int region, int block, MemorySegment into, BlockScratch scratch) {
    RegionSchema schema = info.regions().get(region);
    Objects.checkIndex(block, schema.blockCount());
    if (into.byteSize() != schema.blockLengthBytes(block)) {
      throw new IllegalArgumentException(
          "a buffer of "
              + schema.blockLengthBytes(block)
              + " bytes expected for block "
              + block
              + " of region "
              + schema.name()
              + ", given "
              + into.byteSize());
    }
    int entry = firstEntry[region] + block;
    int expected = decodeEntry(entry, schema, block, into, scratch);
    int at = entry;
    while (index.xorDepth(at) > 0) {
      at = index.xorRef(at);
      MemorySegment below = scratch.layer((int) into.byteSize());
      decodeEntry(at, schema, block, below, scratch);
      BlockDecoder.xor(into, below);
    }
    int actual = Crc.crc32(into);
    if (actual != expected) {
      throw differs(
          entry, "CRC32 of block " + block + " of region " + schema.name(), expected, actual);
    }
  }

  /**
   * Blocks that can be mapped instead of read. What is mapped is not verified: compare it with
   * {@link #rawCrc32c} before anything rests on it.
   *
   * @param region the region's position in {@code info().regions()}
   */
  public List<RawRun> rawRuns(int region) {
    return RawRun.of(info.regions().get(region), firstEntry[region], index, files);
  }

  /** The CRC32C of a block's stored bytes, which of a {@link RawRun} are the block's own. */
  public int rawCrc32c(int region, int block) {
    return index.crcStored(firstEntry[region] + block);
  }

  /**
   * Decodes the stored bytes of one entry, its layers not applied.
   *
   * @return the CRC32 of the raw block, all layers applied
   */
  private int decodeEntry(
      int entry, RegionSchema region, int block, MemorySegment into, BlockScratch scratch) {
    RecordFile file = files[index.file(entry)];
    int bytes = index.storedBytes(entry);
    if (bytes > into.byteSize() + 64 || index.offset(entry) + bytes > file.footer().indexOffset()) {
      throw damaged(entry, "a block of " + bytes + " bytes reaches beyond the extents");
    }
    try {
      MemorySegment payload = scratch.stored(bytes);
      file.readFully(payload.asByteBuffer(), index.offset(entry));
      int actual = Crc.crc32c(payload);
      if (actual != index.crcStored(entry)) {
        throw differs(entry, "CRC32C of a stored block", index.crcStored(entry), actual);
      }
      BlockCipher.Opened opened = file.decrypted(payload, index, entry, region, block);
      scratch.decoder().decode(index.codec(entry), opened.encoded(), into);
      return opened.crc32Raw();
    } catch (CodecException e) {
      throw damaged(entry, "a block cannot be decoded: " + e.getMessage());
    } catch (IOException e) {
      throw new StoreIoException("reading", file.path(), e);
    }
  }

  private DamagedException damaged(int entry, String what) {
    return new DamagedException(
        files[index.file(entry)].path().toString(), index.offset(entry), what);
  }

  private DamagedException differs(int entry, String value, int expected, int actual) {
    return DamagedException.differs(
        files[index.file(entry)].path().toString(), index.offset(entry), value, expected, actual);
  }

  private BlockScratch scratch() {
    if (closed) {
      throw new IllegalStateException("version " + number() + " is closed; open it again");
    }
    BlockScratch made = scratch;
    if (made == null) {
      made = new BlockScratch();
      scratch = made;
    }
    return made;
  }

  /** Reads many blocks by all processors; the caller closes it, before this version. */
  public ParallelReader inParallel() {
    return new ParallelReader(this);
  }

  /**
   * Reads and verifies every block.
   *
   * @throws DamagedException at the first that is not sound
   */
  public void readAll() {
    try (Arena scratch = Arena.ofConfined()) {
      List<RegionSchema> regions = info.regions();
      int largest = regions.stream().mapToInt(RegionSchema::blockSizeBytes).max().orElse(1);
      MemorySegment buffer = scratch.allocate(largest, 8);
      for (int region = 0; region < regions.size(); region++) {
        for (int block = 0; block < regions.get(region).blockCount(); block++) {
          readBlock(region, block, buffer.asSlice(0, regions.get(region).blockLengthBytes(block)));
        }
      }
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (scratch != null) {
      scratch.close();
    }
    for (RecordFile file : files) {
      try {
        file.close();
      } catch (IOException e) {
        // A file that was only read has nothing to lose at close.
      }
    }
  }
}
