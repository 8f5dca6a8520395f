namespace Aggregator.Host.Web.Access;

/// <summary>What is asked of a client's certificate; the names are those of <c>client_auth_type</c>.</summary>
public enum ClientAuthentication
{
    NoClientCert,
    RequestClientCert,
    RequireAnyClientCert,
    VerifyClientCertIfGiven,
    RequireAndVerifyClientCert,
}
