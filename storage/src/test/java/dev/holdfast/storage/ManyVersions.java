// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.BlockEncoder;
import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.Level;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.format.VersionInfo.Costs;
import dev.holdfast.storage.format.VersionInfo.Family;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import dev.holdfast.storage.format.VersionInfo.Phase;
import dev.holdfast.storage.format.VersionInfo.State;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A store of very many versions of a small state, made quickly: by the classes that write versions,
 * without the sync and the listing of the log that each commit needs, which would take hours.
 */
final class ManyVersions {
  private static final int DELTAS = 31;
  private static final int BLOCK_LOG2 = 12;

  private final Disk disk;
  private final StoreLayout layout;
  private final Id128 storeId;
  private final long attempt;
  private final int last;
  private @Nullable Base base;
  private long families = 1;

  private ManyVersions(Disk disk, StoreWriter writer, int last) {
    this.disk = disk;
    this.layout = new StoreLayout(writer.root());
    this.storeId = Store.open(writer.root(), disk).id();
    this.attempt = writer.attempt();
    this.last = last;
  }

  /** Two blocks, of which every version changes the first. */
  private record State8K(MemorySegment bytes) implements RegionSource {
    @Override
    public RegionSchema schema() {
      long elements = bytes.byteSize() / Double.BYTES;
      return new RegionSchema(
          "field",
          RegionKind.ARRAY,
          ElementType.DOUBLE,
          "double[]",
          List.of(elements),
          bytes.byteSize(),
          BLOCK_LOG2,
          false);
    }

    @Override
    public boolean changed(int block) {
      return block == 0;
    }

    @Override
    public MemorySegment block(int block) {
      return bytes.asSlice((long) block << BLOCK_LOG2, 1L << BLOCK_LOG2);
    }

    @Override
    public @Nullable MemorySegment committed(int block) {
      return null;
    }
  }

  /** Makes a store of an attempt that has made so many versions and said no more. */
  static void make(Disk disk, Path store, int versions) throws IOException {
    try (StoreWriter writer = StoreWriter.open(store, keepingAll(disk))) {
      new ManyVersions(disk, writer, 1 + versions).make();
    }
    disk.syncDirectory(store.resolve("log"));
  }

  /** Options of a writer by whose rules all of them stay. */
  static StoreOptions keepingAll(Disk disk) {
    TestStores.Options options = new TestStores.Options();
    options.keep = KeepRules.last(1_000_000);
    return options.on(disk);
  }

  private void make() throws IOException {
    try (Arena arena = Arena.ofConfined();
        BlockEncoder encoder = new BlockEncoder()) {
      CodecMemory codecs = new CodecMemory(Compression.FAST, new DiskSpeed(), 1, encoder);
      State8K state = new State8K(arena.allocate(2L << BLOCK_LOG2, 8));
      for (int number = 2; number <= last; number++) {
        state.bytes.setAtIndex(ValueLayout.JAVA_LONG, number % 512, number);
        make(number, state, codecs, encoder);
      }
    }
  }

  private void make(int number, State8K state, CodecMemory codecs, BlockEncoder encoder)
      throws IOException {
    FileHeader header =
        FileHeader.of(RecordType.VERSION, 1, storeId, number, attempt, 1_000L * number);
    Base from = (number - 2) % (DELTAS + 1) == 0 ? null : base;
    try (DiskFile file = disk.create(layout.record(number), Access.OWNER);
        ExtentBuffer buffer = new ExtentBuffer(List.of(state.schema()))) {
      VersionFile.Written written =
          new VersionFile(file, header, List.of(state), from, codecs, encoder, 1, buffer, Keys.NONE)
              .write(refs -> describe(number, from, refs), () -> {});
      FileRef own =
          new FileRef(
              number,
              header.fileId(),
              written.footer().digest(),
              written.footer().fileBytes(),
              header.createdEpochMs());
      base = new Base(written.info(), written.index(), own);
    }
  }

  private VersionInfo describe(int number, @Nullable Base from, List<FileRef> refs) {
    Base before = base;
    Family family =
        new Family(
            before == null ? 0 : before.own().number(),
            before == null ? VersionInfo.NO_DIGEST : before.own().digest(),
            from == null ? families++ : from.info().family().number(),
            from == null ? 0 : from.info().family().generation() + 1);
    String histogram = "HISTFAAAAC".repeat(20);
    return new VersionInfo(
        new State(number, 1_000L * number, List.of(new Phase("main", number, last, false))),
        family,
        refs,
        List.of(new State8K(MemorySegment.ofArray(new long[1024])).schema()),
        List.of(),
        Ledger.begin(1).advanced(1_000L * number, number * 1_000_000L, number, 0),
        Costs.NONE,
        Map.of("blocked", histogram, "durable", histogram, "size", histogram),
        Level.NODE,
        Map.of("host", "n001", "java", "25", "arch", "amd64", "job", "many", "keep", "1000000"),
        Map.of("seed", "42"),
        Map.of());
  }

  /** Makes one: {@code STORE VERSIONS}. */
  public static void main(String[] args) throws IOException {
    make(Disk.local(), Path.of(args[0]).toAbsolutePath(), Integer.parseInt(args[1]));
  }
}
