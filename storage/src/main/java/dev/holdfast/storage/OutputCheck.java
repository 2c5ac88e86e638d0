// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo.OutputMark;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a restart would find the output files of a version as the version knows them, as seen
 * from outside the job. A version knows a file by the name that the program gives it, and tells in
 * which folder the program ran and where its store was. A file that the job's host may have for
 * itself, or that was not moved along with its store, is not held against the version.
 */
final class OutputCheck {
  private final Disk disk;
  private final StoreLayout layout;

  /** Who wants to know. */
  interface Listener {
    /** A file that was looked at. */
    default void looked(OutputMark mark) {}

    /** What makes a restart pass the version over. */
    default void wrong(Path file, StoreException why) {}

    /** What cannot be told from here. */
    default void unseen(Path file, String why) {}
  }

  /**
   * A place where a file may lie.
   *
   * @param certain whether it lies nowhere else
   */
  private record Place(Path file, boolean certain) {}

  OutputCheck(Disk disk, StoreLayout layout) {
    this.disk = disk;
    this.layout = layout;
  }

  /**
   * Looks at every output file of a version.
   *
   * @return false when a restart would pass the version over
   * @throws StoreIoException when a restart would fail with every version
   */
  boolean run(VersionRecord version, Listener listener) throws IOException {
    boolean sound = true;
    for (OutputMark mark : version.info().outputs()) {
      Optional<Place> place = place(version, mark.path());
      if (place.isEmpty() || !(place.get().certain() || disk.exists(place.get().file()))) {
        listener.unseen(
            place.map(Place::file).orElse(Path.of(mark.path())),
            "the output file cannot be seen from here; a restart compares it with version "
                + version.number());
        continue;
      }
      Path file = place.get().file();
      try {
        listener.looked(mark);
        OutputFile.verify(disk, file, mark);
      } catch (DamagedException e) {
        sound = false;
        listener.wrong(file, e);
      } catch (StoreIoException e) {
        if (!e.kind().isOfOneFile()) {
          throw e;
        }
        sound = false;
        listener.wrong(file, e);
      }
    }
    return sound;
  }

  /** Where a file lies; empty where nothing tells. */
  private Optional<Place> place(VersionRecord version, String name) throws IOException {
    Map<String, String> told = version.info().environment();
    String folder = told.getOrDefault(StoreOptions.FOLDER, "");
    String store = told.getOrDefault(StoreOptions.STORE, "");
    if (folder.isEmpty() || store.isEmpty()) {
      return Optional.empty();
    }
    boolean inPlace = isThisStore(Path.of(store));
    Path path = Path.of(name);
    if (inPlace) {
      Path file = Path.of(folder).resolve(path).normalize();
      return Optional.of(new Place(file, isSharedOrHere(version, file)));
    }
    if (path.isAbsolute()) {
      return Optional.empty();
    }
    // A store that was given to somebody must not send him looking anywhere else.
    Path moved =
        layout.root().resolve(Path.of(store).relativize(Path.of(folder))).resolve(path).normalize();
    Path beside = layout.root().getParent();
    return beside != null && moved.startsWith(beside)
        ? Optional.of(new Place(moved, false))
        : Optional.empty();
  }

  private boolean isThisStore(Path store) throws IOException {
    try {
      return disk.realPath(store).equals(layout.root());
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** What lies beside the store is seen by whoever sees the store. */
  private boolean isSharedOrHere(VersionRecord version, Path file) throws IOException {
    Path beside = layout.root().getParent();
    return (beside != null && file.startsWith(beside))
        || Claim.holderOf(disk, layout, version.attempt())
            .host()
            .equals(ThisProcess.holder().host());
  }
}
