// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.FileFacts;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** Verifies what stands beside the records: names, the signpost, ALIVE, NEWEST and STOP. */
final class RootCheck {
  private static final String LOG = "log";
  private static final Set<String> RESERVED = Set.of("parts");

  private final Disk disk;
  private final StoreLayout layout;
  private final Findings findings;

  RootCheck(Disk disk, StoreLayout layout, Findings findings) {
    this.disk = disk;
    this.layout = layout;
    this.findings = findings;
  }

  void run() throws IOException {
    Set<String> names = new TreeSet<>(disk.list(layout.root()));
    checkSignpost();
    if (names.contains("ALIVE")) {
      checkEmpty(layout.alive());
    } else {
      findings.note(layout.alive(), "is missing; the next writer makes it again");
    }
    for (String name : names) {
      Path path = layout.root().resolve(name);
      if (StoreLayout.isRootTemporary(name)) {
        findings.note(path, "was left by one that was interrupted; the next writer removes it");
      } else if (path.equals(layout.stop())) {
        checkStop(path);
      } else if (path.equals(layout.quarantine()) || path.equals(layout.pins())) {
        checkFolder(path);
      } else if (StoreLayout.newestNumber(name).isPresent()) {
        checkNewest(path);
      } else if (RESERVED.contains(name)) {
        findings.note(path, "is not examined by this version of Holdfast");
      } else if (!path.equals(layout.signpost())
          && !path.equals(layout.alive())
          && !name.equals(LOG)) {
        findings.note(path, "does not belong to the store");
      }
    }
  }

  private void checkFolder(Path path) throws IOException {
    if (disk.facts(path).type() != FileFacts.Type.DIRECTORY) {
      findings.add(0, path, "a folder expected; move away what stands there");
    } else if (path.equals(layout.quarantine())) {
      noteQuarantine(path);
    }
  }

  private void noteQuarantine(Path path) throws IOException {
    int files = disk.list(path).size();
    findings.note(
        path,
        "holds "
            + (files == 1 ? "1 damaged file" : files + " damaged files")
            + " that holdfast repair has replaced or set aside; delete it when you need none of"
            + " them");
  }

  private void checkSignpost() throws IOException {
    Path signpost = layout.signpost();
    try {
      var told = Signpost.read(disk, signpost);
      if (told.isEmpty()) {
        findings.add(0, signpost, "is missing; the next writer puts it up again");
      } else {
        findings.count(disk.facts(signpost).bytes());
      }
    } catch (StoreException e) {
      findings.add(0, signpost, e);
    } catch (IOException e) {
      findings.add(0, signpost, e);
    }
  }

  private void checkEmpty(Path file) throws IOException {
    FileFacts facts = disk.facts(file);
    findings.count(facts.bytes());
    if (facts.type() != FileFacts.Type.REGULAR || facts.bytes() != 0) {
      findings.add(0, file, "an empty file expected, found " + facts.bytes() + " bytes");
    }
  }

  private void checkNewest(Path path) throws IOException {
    try {
      checkEmpty(path);
    } catch (NoSuchFileException e) {
      // Its writer has made the next version meanwhile.
    }
  }

  private void checkStop(Path path) throws IOException {
    try {
      Optional<StopRequest> request = StopRequest.find(layout.root(), disk);
      if (request.isPresent()) {
        findings.count(disk.facts(path).bytes());
        long attempt = request.get().attempt();
        findings.note(
            path, "asks the attempt of record " + attempt + " to stop, by " + request.get().by());
      }
    } catch (StoreException e) {
      findings.add(0, path, e);
    } catch (NoSuchFileException e) {
      // It was heard meanwhile.
    }
  }

  /** What stands in the log and is no record. */
  void noteOthers(Log log) {
    for (String name : log.others()) {
      Path path = layout.log().resolve(name);
      OptionalLong attempt = StoreLayout.temporaryAttempt(name);
      if (attempt.isPresent()) {
        findings.note(
            path,
            "is being written by the attempt of record "
                + attempt.getAsLong()
                + ", or was left by it");
      } else if (StoreLayout.isGone(name)) {
        findings.note(
            path, "is a version that somebody was deleting; the next prune decides on it anew");
      } else if (StoreLayout.isRepair(name)) {
        findings.note(path, "is being written by holdfast repair, or was left by it");
      } else {
        findings.note(path, "does not belong to the store");
      }
    }
  }
}
