// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Disks that do not do what their writer asks, so that its protocol lacks a step or has two of them
 * exchanged; each writer has one of its own. {@link CrashMutant} says which is what.
 */
final class MutantDisk {
  private MutantDisk() {}

  static boolean isLog(Path directory) {
    return directory.endsWith("log");
  }

  static boolean isInLog(Path file) {
    Path parent = file.getParent();
    return parent != null && isLog(parent);
  }

  private static boolean isRecord(Path file) {
    return StoreLayout.recordNumber(file.getFileName().toString()).isPresent();
  }

  /** Counts the records that a writer has linked: the first is its OPEN. */
  private static class Counting extends ForwardingDisk {
    private int records;

    Counting(Disk below) {
      super(below);
    }

    /** The number of records that this writer has linked. */
    final int records() {
      return records;
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
      super.link(existing, name);
      if (isRecord(name)) {
        records++;
        linked(name);
      }
    }

    void linked(Path record) throws IOException {}
  }

  /** Some files are not synced. */
  static UnaryOperator<Disk> filesNotSynced(Predicate<Path> which) {
    return disk ->
        new ChangedFiles(
            disk,
            which,
            file ->
                new ForwardingFile(file) {
                  @Override
                  public void sync() {}
                });
  }

  /** The sync of a record comes before its last bytes are written. */
  static UnaryOperator<Disk> lastWriteAfterSync() {
    return disk -> new ChangedFiles(disk, MutantDisk::isInLog, LateWrites::new);
  }

  /** Other files than those that the disk gives out. */
  private static final class ChangedFiles extends ForwardingDisk {
    private final Predicate<Path> which;
    private final UnaryOperator<DiskFile> change;

    ChangedFiles(Disk below, Predicate<Path> which, UnaryOperator<DiskFile> change) {
      super(below);
      this.which = which;
      this.change = change;
    }

    @Override
    public DiskFile create(Path file, Access access) throws IOException {
      DiskFile created = super.create(file, access);
      return which.test(file) ? change.apply(created) : created;
    }

    @Override
    public DiskFile openOutput(Path file) throws IOException {
      DiskFile opened = super.openOutput(file);
      return which.test(file) ? change.apply(opened) : opened;
    }
  }

  /** Keeps each write back until the next one, and the last until the file is closed. */
  private static final class LateWrites extends ForwardingFile {
    private byte @Nullable [] late;
    private long lateAt;

    LateWrites(DiskFile below) {
      super(below);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      writeLate();
      byte[] bytes = new byte[from.remaining()];
      from.get(bytes);
      late = bytes;
      lateAt = position;
      return bytes.length;
    }

    private void writeLate() throws IOException {
      if (late != null) {
        super.write(ByteBuffer.wrap(late), lateAt);
        late = null;
      }
    }

    @Override
    public void close() throws IOException {
      writeLate();
      super.close();
    }
  }

  /**
   * Some syncs of directories do nothing; judged by the directory and the records linked so far.
   */
  static UnaryOperator<Disk> directoriesNotSynced(BiPredicate<Path, Integer> which) {
    return disk ->
        new Counting(disk) {
          @Override
          public void syncDirectory(Path directory) throws IOException {
            if (!which.test(directory, records())) {
              super.syncDirectory(directory);
            }
          }
        };
  }

  static Disk ignoresFailedLogSync(Disk disk) {
    return new ForwardingDisk(disk) {
      @Override
      public void syncDirectory(Path directory) throws IOException {
        try {
          super.syncDirectory(directory);
        } catch (IOException e) {
          if (!isLog(directory)) {
            throw e;
          }
        }
      }
    };
  }

  static Disk renamesInsteadOfLinking(Disk disk) {
    return new ForwardingDisk(disk) {
      @Override
      public void link(Path existing, Path name) throws IOException {
        super.rename(existing, name);
      }
    };
  }

  /** Syncs the log before the link, not after it. */
  static Disk syncsBeforeLinking(Disk disk) {
    return new Counting(disk) {
      private boolean done;

      @Override
      public void link(Path existing, Path name) throws IOException {
        if (isRecord(name)) {
          super.syncDirectory(Objects.requireNonNull(name.getParent()));
          done = true;
        }
        super.link(existing, name);
      }

      @Override
      public void syncDirectory(Path directory) throws IOException {
        if (!done || !isLog(directory)) {
          super.syncDirectory(directory);
        }
        done = false;
      }
    };
  }

  /** Lists and reads its record before it syncs the log. */
  static Disk listsBeforeSyncing(Disk disk) {
    return new LateLogSync(disk) {
      @Override
      public DiskFile open(Path file) throws IOException {
        DiskFile opened = super.open(file);
        return !isHeld()
            ? opened
            : new ForwardingFile(opened) {
              @Override
              public void close() throws IOException {
                super.close();
                syncNow();
              }
            };
      }
    };
  }

  /**
   * Syncs the log when old versions have been renamed, and not before; then it is listed the third
   * time since the link, after the commit and the prune have looked who is the highest.
   */
  static Disk prunesBeforeSyncing(Disk disk) {
    return new LateLogSync(disk) {
      private int lists;

      @Override
      void linked(Path record) {
        super.linked(record);
        lists = 0;
      }

      @Override
      public List<String> list(Path directory) throws IOException {
        if (isLog(directory) && ++lists == 3) {
          syncNow();
        }
        return super.list(directory);
      }
    };
  }

  /** Keeps the sync of the log back once a version has been linked. */
  private static class LateLogSync extends Counting {
    private @Nullable Path held;
    private boolean holding;

    LateLogSync(Disk below) {
      super(below);
    }

    @Override
    void linked(Path record) {
      holding = records() > 1;
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
      if (holding && isLog(directory)) {
        held = directory;
      } else {
        super.syncDirectory(directory);
      }
    }

    final boolean isHeld() {
      return held != null;
    }

    final void syncNow() throws IOException {
      Path directory = held;
      if (directory != null) {
        held = null;
        holding = false;
        super.syncDirectory(directory);
      }
    }
  }

  /** Syncs a file only after it has been linked. */
  static Disk linksBeforeSyncing(Disk disk) {
    return new LateFileSync(disk, MutantDisk::isInLog) {
      @Override
      void linked(Path record) throws IOException {
        syncNow();
      }
    };
  }

  /** Syncs an output file only after the version that knows it has been made. */
  static Disk syncsOutputsLate(Disk disk) {
    return new LateFileSync(disk, file -> file.equals(CrashOracle.OUTPUT)) {
      @Override
      public void syncDirectory(Path directory) throws IOException {
        super.syncDirectory(directory);
        if (isLog(directory)) {
          syncNow();
        }
      }
    };
  }

  /** Keeps syncs of files back. */
  private static class LateFileSync extends Counting {
    private final Predicate<Path> which;
    private final List<DiskFile> held = new ArrayList<>();

    LateFileSync(Disk below, Predicate<Path> which) {
      super(below);
      this.which = which;
    }

    @Override
    public DiskFile create(Path file, Access access) throws IOException {
      return which.test(file) ? late(super.create(file, access)) : super.create(file, access);
    }

    @Override
    public DiskFile openOutput(Path file) throws IOException {
      return which.test(file) ? late(super.openOutput(file)) : super.openOutput(file);
    }

    private DiskFile late(DiskFile file) {
      return new ForwardingFile(file) {
        @Override
        public void sync() {
          held.add(file);
        }

        @Override
        public void close() {} // it is synced later
      };
    }

    final void syncNow() throws IOException {
      for (DiskFile file : held) {
        file.sync();
      }
      held.clear();
    }
  }

  /** Takes its OPEN away again once it is the holder. */
  static Disk withdrawsItsOpen(Disk disk) {
    return new Counting(disk) {
      private @Nullable Path own;

      @Override
      void linked(Path record) {
        own = records() == 1 ? record : null;
      }

      @Override
      public void touch(Path file) throws IOException {
        if (own != null) { // the last step of opening
          super.delete(own);
          own = null;
        }
        super.touch(file);
      }
    };
  }

  /**
   * Believes, once it has linked a record, that it stands there.
   *
   * @param which by the number of records linked so far: the OPEN is 1
   * @param lists whether it looks for others all the same
   */
  static UnaryOperator<Disk> trustsItsLink(Predicate<Integer> which, boolean lists) {
    return disk -> new TrustsItsLink(disk, which, lists);
  }

  private static final class TrustsItsLink extends Counting {
    private final Predicate<Integer> which;
    private final boolean lists;
    private final MemoryDisk linkedFiles = new MemoryDisk();
    private final Map<Path, List<String>> known = new HashMap<>();
    private boolean trusting;

    TrustsItsLink(Disk below, Predicate<Integer> which, boolean lists) {
      super(below);
      this.which = which;
      this.lists = lists;
    }

    private static Path directoryOf(Path file) {
      return Objects.requireNonNull(file.getParent());
    }

    @Override
    public List<String> list(Path directory) throws IOException {
      if (lists || !trusting) {
        List<String> names = super.list(directory);
        known.put(directory, names);
        return names;
      }
      return known.getOrDefault(directory, List.of());
    }

    @Override
    public DiskFile open(Path file) throws IOException {
      Path linked = MemoryDisk.ROOT.resolve(file.getFileName());
      boolean own = trusting && linkedFiles.files(MemoryDisk.ROOT).contains(linked);
      return own ? linkedFiles.open(linked) : super.open(file);
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
      Path copy = MemoryDisk.ROOT.resolve(name.getFileName());
      copy(super.open(existing), linkedFiles, copy);
      try {
        super.link(existing, name);
      } catch (IOException e) {
        linkedFiles.delete(copy);
        throw e;
      }
    }

    @Override
    void linked(Path record) {
      trusting = which.test(records());
      List<String> names = new ArrayList<>(known.getOrDefault(directoryOf(record), List.of()));
      names.add(String.valueOf(record.getFileName()));
      known.put(directoryOf(record), names);
    }
  }

  private static void copy(DiskFile from, Disk to, Path name) throws IOException {
    try (from;
        DiskFile copy = to.create(name, Disk.Access.OWNER)) {
      ByteBuffer all = ByteBuffer.allocate((int) from.size());
      from.readFully(all, 0);
      copy.writeFully(all.flip(), 0);
    }
  }

  /** After an unknown outcome it goes on to the next number: its new OPEN is seen by nobody. */
  static Disk goesOnAfterUnknown(Disk disk) {
    return new UnseenOpens(disk);
  }

  private static final class UnseenOpens extends Counting {
    private final MemoryDisk unseen = new MemoryDisk();
    private final Map<Path, Path> unseenByName = new HashMap<>();
    private boolean unknown;

    UnseenOpens(Disk below) {
      super(below);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
      try {
        super.syncDirectory(directory);
      } catch (IOException e) {
        unknown = true;
        throw e;
      }
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
      if (!unknown || !isRecord(name)) {
        super.link(existing, name);
        return;
      }
      unknown = false;
      Path copy = MemoryDisk.ROOT.resolve(name.getFileName());
      copy(super.open(existing), unseen, copy);
      unseenByName.put(name, copy);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
      List<String> names = new ArrayList<>(super.list(directory));
      if (isLog(directory)) {
        for (Path name : unseenByName.keySet()) {
          if (!names.contains(name.getFileName().toString())) {
            names.add(name.getFileName().toString());
          }
        }
      }
      return names;
    }

    @Override
    public DiskFile open(Path file) throws IOException {
      Path copy = unseenByName.get(file);
      return copy == null ? super.open(file) : unseen.open(copy);
    }
  }
}
