// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.auth.SaslExtensionsCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerExtensionsValidatorCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;

/**
 * MskTokens - a broker's OAUTHBEARER that takes the tokens of Amazon MSK, as
 * far as a test can: who signed them is looked up in the JAAS options
 *
 *     accessKeyId, secretAccessKey, sessionToken, region
 *
 * A token is the unpadded base64url of a presigned URL. Refused is all that MSK
 * would not take: another host, action or service, a wrong key or signature,
 * one that is expired or not yet valid. The broker's log has the reason; the
 * client only learns "invalid_token".
 */
public class MskTokens implements AuthenticateCallbackHandler {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final String SERVICE = "kafka-cluster";
    private static final int MOST_SECONDS = 900;
    private static final int CLOCK_SKEW_SECONDS = 300;
    private static final DateTimeFormatter STAMP =
        DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");

    private Map<String, ?> options;

    @Override
    public void configure(Map<String, ?> configs, String mechanism,
                          List<AppConfigurationEntry> entries) {
        options = entries.get(0).getOptions();
    }

    @Override
    public void close() {
    }

    @Override
    public void handle(Callback[] callbacks)
        throws IOException, UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (callback instanceof OAuthBearerValidatorCallback asked) {
                validate(asked);
            } else if (callback instanceof OAuthBearerExtensionsValidatorCallback asked) {
                asked.inputExtensions().map().keySet().forEach(asked::valid);
            } else if (!(callback instanceof OAuthBearerTokenCallback)
                       && !(callback instanceof SaslExtensionsCallback)) {
                throw new UnsupportedCallbackException(callback);
            }
            // The broker itself never logs in here: it needs no token.
        }
    }

    private void validate(OAuthBearerValidatorCallback asked) {
        try {
            asked.token(accept(asked.tokenValue()));
        } catch (Refused | GeneralSecurityException | RuntimeException why) {
            System.err.println("MskTokens: refused: " + why.getMessage());
            asked.error("invalid_token", null, null);
        }
    }

    private static class Refused extends Exception {
        Refused(String why) {
            super(why);
        }
    }

    private static void require(boolean right, String otherwise) throws Refused {
        if (!right) {
            throw new Refused(otherwise);
        }
    }

    private String option(String name) {
        Object value = options.get(name);
        return value == null ? "" : value.toString();
    }

    private OAuthBearerToken accept(String token)
        throws Refused, GeneralSecurityException {
        require(!token.contains("="), "a token with padding");
        URI url = URI.create(new String(Base64.getUrlDecoder().decode(token),
                                        StandardCharsets.UTF_8));
        String host = "kafka." + option("region") + ".amazonaws.com";
        require("https".equals(url.getScheme()), "no https URL");
        require(host.equals(url.getRawAuthority()), "host " + url.getRawAuthority());
        require("/".equals(url.getRawPath()), "path " + url.getRawPath());

        Map<String, String> query = parse(url.getRawQuery());
        is(query, "Action", SERVICE + ":Connect");
        is(query, "X-Amz-Algorithm", ALGORITHM);
        is(query, "X-Amz-SignedHeaders", "host");
        require(query.containsKey("User-Agent"), "no User-Agent");
        require(query.getOrDefault("X-Amz-Security-Token", "")
                    .equals(option("sessionToken"))
                || !query.containsKey("X-Amz-Security-Token"),
                "another session token");

        String date = query.getOrDefault("X-Amz-Date", "");
        String scope = String.join("/", date.split("T")[0], option("region"),
                                   SERVICE, "aws4_request");
        is(query, "X-Amz-Credential", option("accessKeyId") + "/" + scope);
        is(query, "X-Amz-Signature", sign(query, host, date, scope));
        return new Token(token, option("accessKeyId"), begin(date),
                         end(date, query.getOrDefault("X-Amz-Expires", "")));
    }

    private static void is(Map<String, String> query, String name, String wanted)
        throws Refused {
        require(wanted.equals(query.get(name)), name + " is " + query.get(name));
    }

    private static Map<String, String> parse(String query) throws Refused {
        Map<String, String> found = new TreeMap<>();
        for (String pair : query.split("&")) {
            String[] parts = pair.split("=", 2);
            require(parts.length == 2, "no value: " + pair);
            require(found.put(decode(parts[0]), decode(parts[1])) == null,
                    "twice: " + parts[0]);
        }
        return found;
    }

    private static long begin(String date) throws Refused {
        Instant begin = LocalDateTime.parse(date, STAMP).toInstant(ZoneOffset.UTC);
        require(!begin.isAfter(Instant.now().plusSeconds(CLOCK_SKEW_SECONDS)),
                "not valid before " + date);
        return begin.toEpochMilli();
    }

    private static long end(String date, String expires) throws Refused {
        int seconds = Integer.parseInt(expires);
        require(seconds > 0 && seconds <= MOST_SECONDS, "X-Amz-Expires " + expires);
        long end = begin(date) + seconds * 1000L;
        require(System.currentTimeMillis() < end,
                "expired: " + date + " and " + expires + " s");
        return end;
    }

    /** The signature that the query has to have; User-Agent came after it. */
    private String sign(Map<String, String> query, String host, String date,
                        String scope) throws GeneralSecurityException {
        Map<String, String> sorted = new TreeMap<>();
        query.forEach((name, value) -> sorted.put(encode(name), encode(value)));
        sorted.remove("X-Amz-Signature");
        sorted.remove("User-Agent");
        StringBuilder text = new StringBuilder();
        sorted.forEach((name, value) -> text.append(text.isEmpty() ? "" : "&")
                                            .append(name).append('=').append(value));
        String request = "GET\n/\n" + text + "\nhost:" + host + "\n\nhost\n"
            + sha256("");
        String toSign = ALGORITHM + "\n" + date + "\n" + scope + "\n"
            + sha256(request);
        byte[] key = ("AWS4" + option("secretAccessKey")).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        return HexFormat.of().formatHex(hmac(key, toSign));
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String sha256(String text) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
            .digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** As RFC 3986 has it, which is what is signed; Java's is that of forms. */
    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
            .replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
    }

    private record Token(String value, String principalName, Long startTimeMs,
                         long lifetimeMs) implements OAuthBearerToken {
        @Override
        public Set<String> scope() {
            return Set.of();
        }
    }
}
