// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.StoreIoException;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts the files of the newest version that verifies back where the program looks for them. All of
 * them are written and verified under hidden names first; only then is any file of the program
 * touched. A version that turns out to be damaged is passed over for the one before it.
 */
final class FileRestorer {
  private final StoreWriter store;
  private final Disk disk;
  private final Path folder;
  private final Patterns patterns;
  private final FileFinder finder;
  private final boolean onlyLatest;

  FileRestorer(
      StoreWriter store, Disk disk, RestartFiles files, Patterns patterns, FileFinder finder) {
    this.store = store;
    this.disk = disk;
    this.folder = files.folder();
    this.patterns = patterns;
    this.finder = finder;
    this.onlyLatest = files.latest() > 0;
  }

  /**
   * The version that was put back, and what its files hold.
   *
   * @param found what {@link Restorer} finds of a program's own memory
   */
  record Result(Restorer.Found found, Restored restored, Map<String, FileImage> images) {
    static final Result NOTHING = new Result(Restorer.Found.NOTHING, Restored.NOTHING, Map.of());
  }

  /**
   * Restores; on the writer thread.
   *
   * @throws Fenced when another run has opened the store since this one has
   * @throws RestoreMismatchException when the version holds what the patterns do not name; nothing
   *     has been touched then
   */
  Result restore() {
    try {
      return Fallback.restore(store, this::requireOurs, this::put).orElse(Result.NOTHING);
    } catch (StoreException e) {
      Fallback.requireStore(store); // a successor may have deleted what was to be read
      throw e;
    } catch (IOException e) {
      throw new StoreIoException("putting restart files back in", folder, e);
    }
  }

  /** Nothing is ever written to a path that the patterns do not name. */
  private void requireOurs(StoredVersion version) {
    List<String> differences = new ArrayList<>();
    for (RegionSchema region : version.info().regions()) {
      if (region.kind() != RegionKind.FILE) {
        differences.add(
            "region "
                + region.name()
                + ": "
                + Schemas.inWords(region)
                + ", written by a program that uses the library, not a restart file");
      } else if (!isPlain(region.name()) || !patterns.know(region.name())) {
        differences.add(
            "restart file "
                + FileDifference.quoted(region.name())
                + ": no pattern of --state or --done matches it");
      }
    }
    if (!differences.isEmpty()) {
      throw new RestoreMismatchException(differences);
    }
  }

  /** Whether a name stays in the folder, whatever the patterns are. */
  private static boolean isPlain(String name) {
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return false;
      }
    }
    return name.chars().noneMatch(Character::isISOControl);
  }

  private Result put(StoredVersion version) throws IOException {
    PutBack putBack = new PutBack(version, disk, folder, patterns, finder, store);
    try {
      putBack.prepare();
      Fallback.requireStore(store); // from here on the files are a successor's, if there is one
      putBack.carryOut(onlyLatest);
    } finally {
      putBack.discard();
    }
    Map<String, FileImage> images = new TreeMap<>(putBack.images());
    return new Result(Restorer.found(version), putBack.restored(), images);
  }
}
