package com.example.orders;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Which release, configuration and secret this instance runs with. */
@RestController
public class VersionController {
  /** Of the secret only what proves which one it is: never its value. */
  public record Secret(boolean present, int length, String sha256) {}

  public record Version(String version, String greeting, String instance, Secret databasePassword) {}

  private final Version version;

  public VersionController(Release release, Settings settings) {
    version = new Version(release.version(), settings.greeting(), hostName(), describe(settings.databasePassword()));
  }

  @GetMapping("/api/version")
  public Version version() {
    return version;
  }

  static Secret describe(String secret) {
    if (secret.isEmpty()) return new Secret(false, 0, "");
    try {
      byte[] sum = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
      return new Secret(true, secret.length(), HexFormat.of().formatHex(sum, 0, 4));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The container's host name; asking the resolver for it could wait for a name server. */
  private static String hostName() {
    String name = System.getenv("HOSTNAME");
    return name == null || name.isBlank() ? "local" : name;
  }
}
