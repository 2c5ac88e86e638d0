// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.CommitResult;
import dev.holdfast.storage.Draft;
import dev.holdfast.storage.RegionSource;
import dev.holdfast.storage.StoreIoException;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.VersionInfo.State;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.FileStamp;
import dev.holdfast.storage.io.OpenFiles;
import dev.holdfast.storage.io.ProgramFiles;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Commits restart files, on the writer thread.
 *
 * <p>All files are read once, and a version is made only when all stamps are the same before and
 * after: then what was read is the content of all of them at one moment. Changed blocks are read
 * again while they are stored, and compared with that.
 */
final class FileCommits {
  private final Committer committer;
  private final Disk disk;
  private final Time time;
  private final Path folder;
  private final boolean marked;

  /** What the newest version holds; what can stay is not read again. */
  private volatile Map<String, FileImage> committed = Map.of();

  FileCommits(Committer committer, Disk disk, Time time, Path folder, boolean marked) {
    this.committer = committer;
    this.time = time;
    this.disk = disk;
    this.folder = folder;
    this.marked = marked;
  }

  /** How it ended. */
  sealed interface Result {}

  /**
   * A version holds the files.
   *
   * @param seconds how long that took since they were written
   */
  record Done(double seconds) implements Result {}

  /** The newest version holds the same bytes: they were only written again. */
  record Same() implements Result {}

  /** Somebody wrote them meanwhile: no version now. */
  record Changed(String what) implements Result {}

  /** The store refused. */
  record Failed(String why) implements Result {}

  /** Another run has taken the store over. */
  record TakenOver() implements Result {}

  /** The newest version holds these files. */
  void goOnFrom(Map<String, FileImage> images) {
    committed = Map.copyOf(images);
  }

  /** The files of the newest version, with the stamps under which their content is known. */
  FileSet committed(Patterns patterns) {
    Map<String, FileImage> known = committed;
    TreeMap<String, FileStamp> state = new TreeMap<>();
    TreeMap<String, FileStamp> markers = new TreeMap<>();
    known.forEach(
        (name, image) -> (patterns.isMarker(name) ? markers : state).put(name, image.stamp()));
    return new FileSet(state, markers);
  }

  /** Where a version stands: which it is, when it was written, the ledger at that moment. */
  record Moment(long step, long writtenEpochMs, Ledger ledger, long sinceNs) {}

  Result commit(FileSet files, Moment moment) {
    try (Arena arena = Arena.ofConfined()) {
      requireNoWriter(files);
      MemorySegment buffer = arena.allocate(largestBlock(files), 8);
      Map<String, FileImage> images = read(files, buffer);
      requireSame(files);
      requireNoWriter(files);
      if (isCommitted(images)) {
        committed = Map.copyOf(images);
        return new Same();
      }
      return commit(files, images, moment, buffer);
    } catch (FileChanged e) {
      return new Changed(e.what());
    } catch (IOException e) {
      return new Failed(
          String.valueOf(new StoreIoException("reading restart files in", folder, e).getMessage()));
    } catch (RuntimeException | OutOfMemoryError e) {
      return new Failed(e.toString());
    }
  }

  /** A marker says more than who has a file open. */
  private void requireNoWriter(FileSet files) {
    if (!marked) {
      Map<Path, FileStamp> open = new LinkedHashMap<>();
      files.all().forEach((name, stamp) -> open.put(folder.resolve(name), stamp));
      Optional<String> writer = OpenFiles.writerOf(open);
      if (writer.isPresent()) {
        throw new FileChanged(writer.get());
      }
    }
  }

  /** A version of the same bytes would look like progress where there is none. */
  private boolean isCommitted(Map<String, FileImage> images) {
    return committed.keySet().equals(images.keySet())
        && images.entrySet().stream()
            .allMatch(image -> image.getValue().sameContent(committed.get(image.getKey())));
  }

  private static long largestBlock(FileSet files) {
    return files.all().values().stream()
        .mapToLong(stamp -> 1L << RegionSchema.blockLog2For(stamp.bytes()))
        .max()
        .orElse(1);
  }

  private Map<String, FileImage> read(FileSet files, MemorySegment buffer) throws IOException {
    Map<String, FileImage> images = new TreeMap<>();
    for (Map.Entry<String, FileStamp> file : files.all().entrySet()) {
      String name = file.getKey();
      FileImage known = committed.get(name);
      images.put(
          name,
          known != null && known.stamp().equals(file.getValue())
              ? known
              : FileImage.read(disk, folder.resolve(name), name, file.getValue(), buffer));
    }
    return images;
  }

  private void requireSame(FileSet files) throws IOException {
    for (Map.Entry<String, FileStamp> file : files.all().entrySet()) {
      Optional<FileStamp> now = ProgramFiles.stamp(folder.resolve(file.getKey()));
      if (!now.equals(Optional.of(file.getValue()))) {
        throw new FileChanged(file.getKey() + " has changed while it was read");
      }
    }
  }

  private Result commit(
      FileSet files, Map<String, FileImage> images, Moment moment, MemorySegment buffer) {
    List<FileSource> sources = new ArrayList<>();
    images.forEach((name, image) ->
        sources.add(
            new FileSource(disk, folder.resolve(name), image, committed.get(name), buffer)));
    CommitResult result;
    try {
      result =
          committer.commit(
              () -> draft(files, List.copyOf(sources), moment),
              files.stateBytes(),
              () -> time.nanoTime() - moment.sinceNs());
    } catch (FileChanged e) {
      committed = withoutStamps(committed); // what was taken for known is read anew
      throw e;
    } finally {
      sources.forEach(FileSource::close);
    }
    return switch (result) {
      case CommitResult.Committed done -> {
        committed = Map.copyOf(images);
        yield new Done((time.nanoTime() - moment.sinceNs()) * 1e-9);
      }
      case CommitResult.Failed failed -> new Failed(failed.message());
      case CommitResult.Fenced _ -> new TakenOver();
    };
  }

  private static Map<String, FileImage> withoutStamps(Map<String, FileImage> images) {
    Map<String, FileImage> forgotten = new TreeMap<>();
    FileStamp none = new FileStamp(0, 0, -1, 0, 0, 0, 0);
    images.forEach((name, image) -> forgotten.put(name, image.of(none)));
    return Map.copyOf(forgotten);
  }

  private Draft draft(FileSet files, List<RegionSource> sources, Moment moment) {
    return new Draft(
        new State(moment.step(), moment.writtenEpochMs(), List.of()),
        sources,
        List.of(),
        moment.ledger(),
        committer.pacer().costs(),
        committer.metrics().encode(),
        Map.of(),
        FileFacts.notes(files),
        false);
  }
}
